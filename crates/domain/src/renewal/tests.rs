use super::*;
use proptest::prelude::*;

fn policy(window_days: u32, interval: u32) -> RenewalPolicy {
    RenewalPolicy {
        id: RenewalPolicyId::parse("rp-default").unwrap(),
        name: "default".into(),
        renewal_window_days: window_days,
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

#[test]
fn a_certificate_without_a_leaf_is_issued_at_once_and_again_after_the_pause() {
    let policy = policy(30, 60);
    let now = Timestamp::from_unix_seconds(1_800_000_000);
    let input =
        RenewalInput { policy: &policy, lifetime: None, last_failure_at: None, ari_pick: None, spread: 0.0 };
    assert_eq!(decide(now, &input), Decision::Renew(Reason::NeverIssued));
    let failed = RenewalInput { last_failure_at: Some(now), ..input };
    assert_eq!(decide(now, &failed), Decision::Wait { until: now.plus(Duration::from_mins(1)) });
}

#[test]
fn the_policy_can_forbid_automatic_renewal() {
    let mut policy = policy(30, 60);
    policy.auto_renew = false;
    let input = RenewalInput {
        policy: &policy,
        lifetime: Some(life(0, 60)),
        last_failure_at: None,
        ari_pick: None,
        spread: 0.0,
    };
    assert_eq!(decide(Timestamp::from_unix_seconds(1_800_000_000), &input), Decision::Never);
}

proptest! {
    #[test]
    fn renewal_is_planned_after_the_minimum_interval_and_before_the_end(
        lifetime in 60_u64..400 * 86_400, backdate in 0_u64..300, window in 1_u32..=365, interval in 60_u32..=86_400,
        spread in 0.0_f64..=1.0, ari in proptest::option::of(0_u64..500 * 86_400),
    ) {
        let policy = policy(window, interval);
        let mut life = life(1_800_000_000, lifetime);
        life.not_before = life.not_before.minus(Duration::from_secs(backdate));
        let ari_pick = ari.map(|offset| life.not_before.plus(Duration::from_secs(offset)));
        let planned = planned_at(&policy, life, ari_pick, spread);
        prop_assert!(planned < life.not_after);
        prop_assert!(planned >= life.issued_at.plus(minimum_interval(&policy, Some(life))));
    }

    #[test]
    fn the_decision_changes_from_wait_to_renew_exactly_at_the_promised_instant(
        lifetime in 60_u64..400 * 86_400, window in 1_u32..=365, elapsed in 0_u64..500 * 86_400,
        failed in proptest::option::of(0_u64..500 * 86_400),
    ) {
        let policy = policy(window, 3_600);
        let life = life(1_800_000_000, lifetime);
        let now = life.issued_at.plus(Duration::from_secs(elapsed));
        let last_failure_at = failed.map(|offset| life.issued_at.plus(Duration::from_secs(offset.min(elapsed))));
        let input = RenewalInput { policy: &policy, lifetime: Some(life), last_failure_at, ari_pick: None, spread: 0.3 };
        if let Decision::Wait { until } = decide(now, &input) {
            prop_assert!(until > now);
            prop_assert!(matches!(decide(until, &input), Decision::Renew(_)));
            prop_assert!(decide(until.minus(Duration::from_micros(1)), &input) != Decision::Renew(Reason::Window));
        }
    }

    #[test]
    fn expiring_begins_within_the_lifetime(lifetime in 60_u64..400 * 86_400) {
        let life = life(1_800_000_000, lifetime);
        prop_assert!(expiring_from(life) > life.not_before && expiring_from(life) < life.not_after);
    }
}
