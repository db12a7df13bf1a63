//! Explaining a certificate: every rule in the situation it is for, and that the sweep does the same.

use crate::bench::{ServiceBench, operator};
use crate::flow::{Flow, spec};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::explanation::{NextAction, Rule};
use certctl_domain::renewal::FreezePeriod;
use certctl_repository::{StoreError, Tx};
use certctl_service::Guards;
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::renewal::{Explanation, RenewalService};
use certctl_testkit::build;
use std::collections::BTreeSet;
use std::time::Duration;

/// The answer, after checking that the sweep queues exactly what it announces for now.
async fn explained(t: &Flow) -> Explanation {
    let explanation = t.explain().await;
    // Whatever the plan, the sweep looks.
    let now = explanation.at;
    t.bench
        .write(move |tx| {
            let mut row = tx.certificates().find(&build::id("mc-www"))?.ok_or(StoreError::Stale)?;
            row.next_action_at = Some(now);
            tx.certificates().update(&mut row)
        })
        .await;
    let before: BTreeSet<_> = t.bench.all_jobs().await.into_iter().map(|job| job.id).collect();
    t.sweep().await;
    let queued = t.bench.all_jobs().await.into_iter().filter(|job| !before.contains(&job.id));
    let queued: BTreeSet<_> = queued.filter_map(|job| job.agent_id).collect();
    let announced = explanation.holders.iter().filter(|holder| holder.step.is_due(now));
    assert_eq!(queued, announced.map(|holder| holder.agent_id.clone()).collect(), "{explanation:#?}");
    let row = t.bench.certificate("mc-www").await;
    if queued.is_empty() && row.paused_at.is_none() {
        let renewals = explanation.holders.iter().map(|holder| &holder.step);
        let renewals = renewals.filter(|step| step.action != NextAction::Deploy).filter_map(|step| step.at);
        let planned = renewals.min();
        assert!(planned.is_none() || row.next_action_at == planned, "{row:?} {explanation:#?}");
    }
    explanation
}

fn rule(explanation: &Explanation) -> (NextAction, Rule) {
    (explanation.step.action, explanation.step.rule)
}

fn blocked_by(explanation: &Explanation, rule: Rule) -> bool {
    explanation.blockers.iter().any(|blocker| blocker.rule == rule && !blocker.ids.is_empty())
}

async fn change(t: &Flow, change: impl FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send + 'static) {
    t.bench.write(change).await;
}

#[tokio::test]
async fn a_certificate_from_its_first_issuance_to_its_expiry() {
    let t = Flow::new().await;
    t.create().await;
    assert_eq!(rule(&explained(&t).await), (NextAction::Renew, Rule::NeverIssued));
    let under_way = explained(&t).await;
    assert_eq!(rule(&under_way), (NextAction::Wait, Rule::InProgress));
    assert!(blocked_by(&under_way, Rule::InProgress));

    let [issuance] = t.poll().await.try_into().unwrap();
    t.send_csr(&issuance).await.unwrap();
    t.work_off().await;
    assert_eq!(rule(&explained(&t).await), (NextAction::Deploy, Rule::DeploymentPending));

    let t = Flow::new().await;
    t.served().await;
    let planned = explained(&t).await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((rule(&planned), planned.step.at), ((NextAction::Renew, Rule::Window), row.next_action_at));
    assert!(planned.blockers.is_empty());
    t.policy(|policy| policy.renewal_window_fraction = Some(0.5.try_into().unwrap())).await;
    assert_eq!(rule(&explained(&t).await), (NextAction::Renew, Rule::Fraction));
    t.bench.clock.set(row.expires_at.unwrap());
    assert_eq!(rule(&explained(&t).await), (NextAction::Renew, Rule::Expired));
}

#[tokio::test]
async fn a_failure_is_followed_by_a_pause_of_its_own_length() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    t.fail().await;
    let held = explained(&t).await;
    assert_eq!(rule(&held), (NextAction::Wait, Rule::Backoff));
    assert_eq!(held.step.at, t.bench.certificate("mc-www").await.retry_at);
    t.bench.clock.set(held.step.at.unwrap());
    assert_eq!(rule(&explained(&t).await), (NextAction::Renew, Rule::NeverIssued));
}

#[tokio::test]
async fn windows_and_freezes_say_how_long_and_whether_the_leaf_expires_before() {
    let t = Flow::new().await;
    t.served().await;
    let row = t.bench.certificate("mc-www").await;
    let (due, end) = (row.next_action_at.unwrap(), row.expires_at.unwrap());
    t.bench.clock.set(due);
    t.policy(|policy| {
        let window = r#"{"days":["mon","tue","wed","thu","fri","sat","sun"],"start":"03:00","end":"03:01"}"#;
        policy.maintenance_windows = vec![serde_json::from_str(window).unwrap()];
    })
    .await;
    let held = explained(&t).await;
    assert_eq!(rule(&held), (NextAction::Wait, Rule::MaintenanceWindow));
    assert!(held.step.at.unwrap() > due && blocked_by(&held, Rule::MaintenanceWindow));

    let freeze = move |until| FreezePeriod { from: due, until, reason: "the big sale".to_owned() };
    let until = due.plus(Duration::from_hours(48));
    t.policy(move |policy| {
        policy.maintenance_windows.clear();
        policy.freeze_periods = vec![freeze(until)];
    })
    .await;
    let held = explained(&t).await;
    assert_eq!((rule(&held), held.step.at), ((NextAction::Wait, Rule::Freeze), Some(until)));
    assert!(held.step.message.contains("the big sale"), "{}", held.step.message);

    t.policy(move |policy| policy.freeze_periods = vec![freeze(end.plus(Duration::from_hours(1)))]).await;
    let held = explained(&t).await;
    assert_eq!((rule(&held), held.step.overrides), ((NextAction::Wait, Rule::Freeze), Some(Rule::Freeze)));
    assert!(held.step.at.unwrap() < end && !held.step.expires_first);

    t.policy(|policy| policy.override_before_expiry = false).await;
    let held = explained(&t).await;
    assert!(held.step.expires_first && held.step.at.unwrap() > end);
    assert!(blocked_by(&held, Rule::ExpiresFirst));
}

#[tokio::test]
async fn approvals_profiles_issuers_and_agents_that_stand_in_the_way_are_named() {
    let t = Flow::new().await;
    let strict = CertificateSpec { profile_id: Some(build::id(build::PROFILE)), ..spec() };
    change(&t, |tx| {
        let mut profile = tx.profiles().find(&build::id(build::PROFILE))?.unwrap();
        let read_at = profile.updated_at;
        profile.requires_approval = true;
        tx.profiles().update(&profile, read_at)
    })
    .await;
    t.certificates.create(&operator(), Some(build::id("mc-www")), strict).await.unwrap();
    t.sweep().await;
    let waiting = explained(&t).await;
    assert_eq!(rule(&waiting), (NextAction::Wait, Rule::Approval));
    assert!(blocked_by(&waiting, Rule::Approval));

    change(&t, |tx| {
        let mut profile = tx.profiles().find(&build::id(build::PROFILE))?.unwrap();
        let read_at = profile.updated_at;
        profile.enabled = false;
        tx.profiles().update(&profile, read_at)?;
        let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
        issuer.enabled = false;
        tx.issuers().update(&mut issuer)?;
        tx.agents().mark_offline(build::at(1)).map(drop)
    })
    .await;
    let blocked = t.explain().await;
    for rule in [Rule::ProfileDisabled, Rule::IssuerDisabled, Rule::AgentOffline] {
        assert!(blocked_by(&blocked, rule), "{rule}: {:#?}", blocked.blockers);
    }
}

#[tokio::test]
async fn nothing_happens_to_what_is_paused_left_to_people_ended_or_held_by_nobody() {
    let t = Flow::new().await;
    t.served().await;
    let id = build::id("mc-www");
    t.policy(|policy| policy.auto_renew = false).await;
    assert_eq!(rule(&explained(&t).await), (NextAction::None, Rule::AutoRenewOff));
    t.renewals.pause(&operator(), &id, "the zone moves".into()).await.unwrap();
    let paused = explained(&t).await;
    assert_eq!(rule(&paused), (NextAction::None, Rule::Paused));
    assert!(paused.step.message.contains("the zone moves"));
    t.renewals.unpause(&operator(), &id).await.unwrap();
    t.policy(|policy| policy.auto_renew = true).await;
    t.certificates.set_targets(&operator(), &id, Vec::new()).await.unwrap();
    let nobody = explained(&t).await;
    assert_eq!(rule(&nobody), (NextAction::None, Rule::NoKeyHolder));
    assert!(blocked_by(&nobody, Rule::NoKeyHolder));

    for (status, ended) in
        [(CertificateStatus::Revoked, Rule::Revoked), (CertificateStatus::Archived, Rule::Archived)]
    {
        change(&t, move |tx| {
            let mut row = tx.certificates().find(&build::id("mc-www"))?.unwrap();
            row.status = status;
            tx.certificates().update(&mut row)
        })
        .await;
        assert_eq!(rule(&explained(&t).await), (NextAction::None, ended));
    }
    change(&t, |tx| {
        let mut row = tx.certificates().find(&build::id("mc-www"))?.unwrap();
        row.status = CertificateStatus::Revoked;
        row.revocation_reason = Some("certificateHold".to_owned());
        tx.certificates().update(&mut row)
    })
    .await;
    let held = explained(&t).await;
    assert!(held.blockers[0].next.starts_with("Lift the hold"), "{held:#?}");
    let unknown = t.renewals.explain(&operator(), &build::id("mc-none")).await.unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

#[tokio::test]
async fn an_open_circuit_says_until_when() {
    let guards =
        Guards { issuances_per_names: 1, window: Duration::from_hours(24 * 365), ..Guards::default() };
    let t = Flow::guarded(ServiceBench::new().await, guards);
    t.served().await;
    let due = t.bench.certificate("mc-www").await.next_action_at.unwrap();
    t.bench.clock.set(due);
    let open = explained(&t).await;
    assert_eq!(rule(&open), (NextAction::Wait, Rule::CircuitOpen));
    assert!(open.step.at.unwrap() > due && blocked_by(&open, Rule::CircuitOpen));
    t.bench.clock.set(open.step.at.unwrap());
    assert_eq!(explained(&t).await.step.action, NextAction::Renew);
}

#[tokio::test]
async fn a_failed_deployment_says_when_it_is_tried_again() {
    let t = Flow::new().await;
    let deployment = t.issued().await;
    let failed = certctl_service_api::agent_work::JobReport {
        retryable: false,
        error: Some("nginx does not start".to_owned()),
        ..crate::flow::report(certctl_service_api::agent_work::ReportedStatus::Failed)
    };
    t.report(&deployment, failed).await.unwrap();
    let explanation = explained(&t).await;
    assert_eq!(rule(&explanation), (NextAction::Deploy, Rule::DeploymentFailed));
    assert!(explanation.step.message.contains("nginx does not start"));
    assert!(explanation.step.at.unwrap() > explanation.at);
    t.certificates.renew(&operator(), &build::id("mc-www"), RenewOptions::default()).await.unwrap();
}
