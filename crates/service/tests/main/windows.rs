//! Maintenance windows and freezes on a clock, from the sweep to the deployment.

use crate::bench::operator;
use crate::flow::{Flow, report};
use certctl_domain::Timestamp;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::renewal::{FreezePeriod, MaintenanceWindow, RenewalPolicy, Weekday};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::{JobReport, ReportedStatus};
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_testkit::build;
use std::time::Duration;

/// Every night from 02:00 to 04:00 in UTC.
fn nightly(policy: &mut RenewalPolicy) {
    policy.maintenance_windows = vec![MaintenanceWindow {
        days: Weekday::ALL.to_vec(),
        start: "02:00".parse().unwrap(),
        end: "04:00".parse().unwrap(),
        timezone: "UTC".parse().unwrap(),
    }];
}

fn freeze(policy: &mut RenewalPolicy, from: Timestamp, until: Timestamp) {
    policy.freeze_periods = vec![FreezePeriod { from, until, reason: "the big sale".to_owned() }];
}

fn hours(count: i64) -> Timestamp {
    build::at(count * 3_600)
}

#[tokio::test]
async fn a_first_issuance_waits_for_the_window_and_its_deployment_starts_in_it() {
    let t = Flow::new().await;
    t.policy(nightly).await;
    t.create().await;
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, Some(hours(2)));
    t.bench.clock.set(hours(2));
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    let [issuance] = t.poll().await.try_into().unwrap();
    t.send_csr(&issuance).await.unwrap();
    t.work_off().await;
    assert_eq!(t.poll().await.len(), 1, "the deployment is offered at once");
}

#[tokio::test]
async fn a_deployment_that_misses_the_window_waits_for_the_next_one() {
    let t = Flow::new().await;
    t.policy(nightly).await;
    t.bench.clock.set(hours(2));
    t.create().await;
    t.sweep().await;
    let [issuance] = t.poll().await.try_into().unwrap();
    t.bench.clock.set(hours(4));
    // What has begun is finished, but nothing new starts.
    t.send_csr(&t.poll().await.into_iter().next().unwrap_or(issuance)).await.unwrap();
    t.work_off().await;
    assert!(t.poll().await.is_empty());
    let job = t.bench.all_jobs().await.into_iter().find(|job| job.kind == JobKind::Deployment).unwrap();
    assert_eq!((job.status, job.run_after), (JobStatus::Pending, hours(26)));
    t.bench.clock.set(hours(26));
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn who_renews_or_deploys_by_hand_waits_for_no_window() {
    let t = Flow::new().await;
    t.policy(nightly).await;
    t.create().await;
    let (id, who) = (build::id("mc-www"), operator());
    t.certificates.renew(&who, &id, RenewOptions::default()).await.unwrap();
    let [issuance] = t.poll().await.try_into().unwrap();
    t.send_csr(&issuance).await.unwrap();
    t.work_off().await;
    let [deployment] = t.poll().await.try_into().unwrap();
    let failed = JobReport { retryable: false, ..report(ReportedStatus::Failed) };
    t.report(&deployment, failed).await.unwrap();
    t.certificates.deploy(&who, &id, None).await.unwrap();
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn a_deployment_by_hand_moves_the_waiting_one_forward() {
    let t = Flow::new().await;
    t.policy(nightly).await;
    t.bench.clock.set(hours(3));
    t.create().await;
    t.sweep().await;
    let [issuance] = t.poll().await.try_into().unwrap();
    t.send_csr(&issuance).await.unwrap();
    t.bench.clock.set(hours(5));
    t.work_off().await;
    assert!(t.poll().await.is_empty());
    let queued = t.certificates.deploy(&operator(), &build::id("mc-www"), None).await.unwrap();
    let [deployment] = t.poll().await.try_into().unwrap();
    assert_eq!(deployment.job_id, queued[0].job_id);
}

#[tokio::test]
async fn a_freeze_stops_the_sweep_and_refuses_people_unless_they_force_it() {
    let t = Flow::new().await;
    t.policy(|policy| freeze(policy, hours(0), hours(48))).await;
    t.create().await;
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    let (id, who) = (build::id("mc-www"), operator());
    let refused = t.certificates.renew(&who, &id, RenewOptions::default()).await.unwrap_err();
    let ServiceError::Conflict { message, details, .. } = &refused else { panic!("{refused}") };
    assert_eq!((refused.code(), &details.as_ref().unwrap()["reason"]), ("frozen", &"the big sale".into()));
    assert!(message.contains("2026-01-03T00:00:00Z"), "{message}");
    t.certificates.renew(&who, &id, RenewOptions::forced(true)).await.unwrap();
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn no_freeze_lets_a_certificate_expire_unless_the_policy_wants_that() {
    for overrides in [true, false] {
        let t = Flow::new().await;
        t.served().await;
        let end = t.bench.certificate("mc-www").await.expires_at.unwrap();
        let due = t.bench.certificate("mc-www").await.next_action_at.unwrap();
        let until = end.plus(Duration::from_hours(24));
        t.policy(move |policy| {
            freeze(policy, due, until);
            policy.override_before_expiry = overrides;
        })
        .await;
        t.bench.clock.set(due);
        assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
        let starts = t.bench.certificate("mc-www").await.next_action_at.unwrap();
        assert_eq!(starts < end, overrides);
        t.bench.clock.set(starts);
        assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
        if overrides {
            let triggered = t.bench.audit().await.pop().unwrap();
            assert!(
                triggered.details.as_str().contains(r#""overridden":{"rule":"freeze"}"#),
                "{}",
                triggered.details.as_str()
            );
        }
        // The new leaf is deployed before the old one ends, too.
        let [renewal] = t.poll().await.try_into().unwrap();
        t.send_csr(&renewal).await.unwrap();
        t.work_off().await;
        assert_eq!(t.poll().await.len(), 1);
    }
}
