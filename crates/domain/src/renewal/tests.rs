use super::calendar::tests::{any_freeze, any_window};
use super::*;
use proptest::prelude::*;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

fn policy(window_days: u32, interval: u32) -> RenewalPolicy {
    RenewalPolicy {
        id: RenewalPolicyId::parse("rp-default").unwrap(),
        name: "default".into(),
        renewal_window_days: window_days,
        renewal_window_fraction: None,
        maintenance_windows: Vec::new(),
        freeze_periods: Vec::new(),
        override_before_expiry: true,
        agent_group_id: None,
        auto_renew: true,
        max_retries: 3,
        retry_interval_seconds: interval,
        alert_thresholds_days: vec![30, 14, 7, 0],
        alert_channels: BTreeMap::new(),
        alert_severity_map: BTreeMap::new(),
        created_at: Timestamp::EPOCH,
        updated_at: Timestamp::EPOCH,
    }
}

fn life(start: i64, seconds: u64) -> Lifetime {
    let at = Timestamp::from_unix_seconds(start);
    Lifetime { not_before: at, not_after: at.plus(Duration::from_secs(seconds)), issued_at: at }
}

#[test]
fn lifetimes_from_minutes_to_a_year_work_untouched() {
    let policy = policy(365, 60);
    for (lifetime, expected_remaining) in
        [(300, 100), (6 * 86_400, 2 * 86_400), (398 * 86_400, 398 * 86_400 / 3)]
    {
        let life = life(1_800_000_000, lifetime);
        let planned = planned_at(&policy, life, None, 0.0);
        assert_eq!(life.not_after.since(planned).as_secs(), expected_remaining, "lifetime {lifetime} s");
    }
}

#[test]
fn the_policy_window_shortens_the_third() {
    let life = life(1_800_000_000, 398 * 86_400);
    assert_eq!(life.not_after.since(planned_at(&policy(30, 60), life, None, 0.0)), DAY * 30);
}

#[test]
fn a_backdated_leaf_counts_from_its_issuance() {
    let mut life = life(1_800_000_000, 600);
    life.issued_at = life.not_before.plus(Duration::from_mins(5));
    assert_eq!(life.not_after.since(planned_at(&policy(30, 60), life, None, 0.0)), Duration::from_secs(100));
}

fn input(policy: &RenewalPolicy, lifetime: Option<Lifetime>) -> RenewalInput<'_> {
    RenewalInput { policy, lifetime, retry_at: None, ari_pick: None, spread: 0.0 }
}

/// When the decision at `now` would have it renewed, and by which rule.
fn planned(now: Timestamp, input: &RenewalInput<'_>) -> (Timestamp, &'static str) {
    match decide(now, input) {
        Decision::Renew { reason, overriding } => (now, overriding.map_or(reason.as_str(), |_| "overriding")),
        Decision::Wait { reason, start } => (start.at, start.hold.map_or(reason.as_str(), Hold::as_str)),
        Decision::Never => (Timestamp::END, "never"),
    }
}

#[test]
fn a_fraction_of_the_lifetime_replaces_the_days() {
    let mut policy = policy(30, 60);
    policy.renewal_window_fraction = Some(0.5.try_into().unwrap());
    let life = life(1_800_000_000, 398 * 86_400);
    assert_eq!(life.not_after.since(planned_at(&policy, life, None, 0.0)), DAY * 199);
    let now = life.issued_at.plus(DAY);
    assert_eq!(planned(now, &input(&policy, Some(life))).1, "fraction");
}

#[test]
fn a_suggestion_of_the_authority_replaces_days_and_fraction_but_not_the_reserve() {
    let mut policy = policy(30, 60);
    let life = life(1_800_000_000, 90 * 86_400);
    let (now, reserve) = (life.issued_at.plus(DAY), life.not_after.minus(DAY * 3));
    let suggested = |at| RenewalInput { ari_pick: Some(at), ..input(&policy, Some(life)) };
    // Earlier, because the authority will revoke; later, because it has no time now.
    for at in [life.not_after.minus(DAY * 60), life.not_after.minus(DAY * 5)] {
        assert_eq!(planned(now, &suggested(at)), (at, "ari"));
        assert_eq!(planned(at, &suggested(at)), (at, "ari"));
    }
    assert_eq!(planned(now, &suggested(life.not_after.plus(DAY))), (reserve, "ari"));
    assert_eq!(planned(now, &suggested(Timestamp::EPOCH)), (now, "ari"));
    policy.renewal_window_fraction = Some(0.5.try_into().unwrap());
    let at = life.not_after.minus(DAY * 60);
    let both = RenewalInput { ari_pick: Some(at), ..input(&policy, Some(life)) };
    assert_eq!(planned(now, &both), (at, "ari"));
}

#[test]
fn a_certificate_without_a_leaf_is_issued_at_once_and_again_after_the_pause() {
    let policy = policy(30, 60);
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let first = input(&policy, None);
    assert_eq!(planned(now, &first), (now, "never_issued"));
    let later = now.plus(Duration::from_mins(1));
    assert_eq!(planned(now, &RenewalInput { retry_at: Some(later), ..first }), (later, "backoff"));
}

#[test]
fn the_policy_can_forbid_automatic_renewal() {
    let mut policy = policy(30, 60);
    policy.auto_renew = false;
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    assert_eq!(decide(now, &input(&policy, Some(life(0, 60)))), Decision::Never);
}

fn frozen(mut policy: RenewalPolicy, from: Timestamp, until: Timestamp) -> RenewalPolicy {
    policy.freeze_periods = vec![FreezePeriod { from, until, reason: "sale".into() }];
    policy
}

#[test]
fn a_freeze_holds_a_renewal_back_until_it_ends() {
    let life = life(1_800_000_000, 90 * 86_400);
    let due = life.not_after.minus(DAY * 30);
    let policy = frozen(policy(30, 60), due, due.plus(DAY * 10));
    assert_eq!(planned(due, &input(&policy, Some(life))), (due.plus(DAY * 10), "freeze"));
}

#[test]
fn a_freeze_beyond_the_end_is_overridden_in_the_reserve_unless_the_policy_forbids_it() {
    let life = life(1_800_000_000, 90 * 86_400);
    let due = life.not_after.minus(DAY * 30);
    let mut policy = frozen(policy(30, 60), due, life.not_after.plus(DAY));
    let reserve = life.not_after.minus(DAY * 3);
    assert_eq!(planned(due, &input(&policy, Some(life))), (reserve, "freeze"));
    assert_eq!(planned(reserve, &input(&policy, Some(life))), (reserve, "overriding"));
    policy.override_before_expiry = false;
    let Decision::Wait { start, .. } = decide(reserve, &input(&policy, Some(life))) else { panic!("renews") };
    assert_eq!((start.at, start.expires_first), (life.not_after.plus(DAY), true));
}

proptest! {
    #[test]
    fn renewal_is_planned_after_the_minimum_interval_and_before_the_end(
        lifetime in 60_u64..400 * 86_400, backdate in 0_u64..300, window in 1_u32..=365, interval in 60_u32..=86_400,
        fraction in proptest::option::of(1_u32..=900_000), spread in 0.0_f64..=1.0,
        ari in proptest::option::of(0_u64..500 * 86_400),
    ) {
        let mut policy = policy(window, interval);
        policy.renewal_window_fraction = fraction.map(|part| WindowFraction::from_millionths(part).unwrap());
        let mut life = life(1_800_000_000, lifetime);
        life.not_before = life.not_before.minus(Duration::from_secs(backdate));
        let ari_pick = ari.map(|offset| life.not_before.plus(Duration::from_secs(offset)));
        let planned = planned_at(&policy, life, ari_pick, spread);
        prop_assert!(planned < life.not_after);
        prop_assert!(planned >= life.issued_at.plus(minimum_interval(&policy, Some(life))));
    }

    #[test]
    fn what_a_decision_promises_comes_true_and_never_inside_a_freeze_unless_the_end_is_near(
        lifetime in 60_u64..400 * 86_400, window in 1_u32..=365, elapsed in 0_u64..500 * 86_400,
        retry in proptest::option::of(0_u64..500 * 86_400), overrides: bool, issued: bool,
        windows in prop::collection::vec(any_window(), 0..3), freezes in prop::collection::vec(any_freeze(), 0..3),
    ) {
        let mut policy = policy(window, 3_600);
        policy.maintenance_windows = windows;
        policy.freeze_periods = freezes;
        policy.override_before_expiry = overrides;
        let life = life(1_800_000_000, lifetime);
        let now = life.issued_at.plus(Duration::from_secs(elapsed));
        let retry_at = retry.map(|offset| life.issued_at.plus(Duration::from_secs(offset)));
        let lifetime = issued.then_some(life);
        let input = RenewalInput { policy: &policy, lifetime, retry_at, ari_pick: None, spread: 0.3 };
        let (at, decision) = match decide(now, &input) {
            Decision::Wait { start, .. } => {
                prop_assert!(start.at > now);
                let earlier = decide(start.at.minus(Duration::from_micros(1)), &input);
                prop_assert!(matches!(earlier, Decision::Wait { .. }), "{earlier:?}");
                // Unless it is overridden, a hold ends only where the calendar is open.
                prop_assert!(start.overriding.is_some() || policy.calendar().closed(start.at).is_none());
                prop_assert!(!start.expires_first || !overrides);
                (start.at, decide(start.at, &input))
            }
            decision => (now, decision),
        };
        let Decision::Renew { overriding, .. } = decision else { panic!("{decision:?} at {at}") };
        prop_assert_eq!(overriding.is_some(), policy.calendar().closed(at).is_some());
        if overriding.is_some() {
            prop_assert!(overrides && issued);
            prop_assert!(policy.calendar().next_open(at) >= life.not_after.minus(life.usable() / 300));
            prop_assert!(at >= life.not_after.minus(life.usable() / 30));
        }
        // Only a pause after a failure may lead past the end when holds are overridden.
        if overrides && issued && retry_at.is_none() && now < life.not_after {
            prop_assert!(at < life.not_after);
        }
    }

    #[test]
    fn expiring_begins_within_the_lifetime(lifetime in 60_u64..400 * 86_400) {
        let life = life(1_800_000_000, lifetime);
        prop_assert!(expiring_from(life) > life.not_before && expiring_from(life) < life.not_after);
    }
}
