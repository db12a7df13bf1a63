//! What stops a certificate from going in circles.

use crate::bench::{ServiceBench, operator, viewer};
use crate::flow::{Flow, spec};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::JobStatus;
use certctl_service::{Guards, Jobs};
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::job::JobService;
use certctl_service_api::renewal::RenewalService;
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

async fn guarded(guards: Guards) -> Flow {
    Flow::guarded(ServiceBench::new().await, guards)
}

/// Renews by hand, all the way.
async fn renew(t: &Flow, options: RenewOptions) -> Result<(), ServiceError> {
    t.certificates.renew(&operator(), &build::id("mc-www"), options).await?;
    let items = t.poll().await;
    let renewal = items.into_iter().find(|item| item.csr.is_some()).unwrap();
    t.send_csr(&renewal).await.unwrap();
    t.work_off().await;
    Ok(())
}

#[tokio::test]
async fn more_than_the_limit_for_the_same_names_needs_an_override_with_a_reason() {
    let t = guarded(Guards { issuances_per_names: 2, ..Guards::default() }).await;
    t.served().await;
    renew(&t, RenewOptions::default()).await.unwrap();
    let refused = renew(&t, RenewOptions::default()).await.unwrap_err();
    let ServiceError::Conflict { details: Some(details), .. } = &refused else { panic!("{refused}") };
    assert_eq!((refused.code(), &details["limit"]), ("issuance_limit", &2.into()));

    let without_reason = RenewOptions { override_limit: true, ..RenewOptions::default() };
    assert_eq!(renew(&t, without_reason.clone()).await.unwrap_err().code(), "invalid_request");
    let with_reason = RenewOptions { reason: Some("the key leaked".to_owned()), ..without_reason };
    renew(&t, with_reason).await.unwrap();
    let triggered = t.bench.audit().await.into_iter().rfind(|event| event.action == "renewal_triggered");
    assert!(triggered.unwrap().details.as_str().contains("the key leaked"));

    t.bench.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
    renew(&t, RenewOptions::default()).await.unwrap();
}

#[tokio::test]
async fn other_certificates_with_the_same_names_count_in_any_order() {
    let t = guarded(Guards { issuances_per_names: 1, ..Guards::default() }).await;
    t.served().await;
    let same = CertificateSpec {
        name: "again".into(),
        sans: vec!["10.0.0.1".into(), "www.example.com".into()],
        ..spec()
    };
    t.certificates.create(&operator(), Some(build::id("mc-again")), same).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    let other = CertificateSpec { name: "other".into(), sans: vec!["10.0.0.2".into()], ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-other")), other).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    let held = t.bench.certificate("mc-again").await;
    assert!(held.next_action_at.unwrap() > build::at(0), "it is looked at again when the limit allows it");
}

#[tokio::test]
async fn lifetimes_of_minutes_are_renewed_for_a_day_without_meeting_the_limit() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            let mut profile = tx.profiles().find(&build::id(build::PROFILE))?.unwrap();
            let read_at = profile.updated_at;
            profile.max_ttl_seconds = 300;
            profile.allow_short_lived = true;
            tx.profiles().update(&profile, read_at)
        })
        .await;
    let short = CertificateSpec { profile_id: Some(build::id(build::PROFILE)), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), short).await.unwrap();
    for round in 0..40 {
        let row = t.bench.certificate("mc-www").await;
        t.bench.clock.set(row.next_action_at.unwrap());
        assert_eq!(t.sweep().await.counts, [("enqueued", 1)], "round {round}: {:?}", t.explain().await.step);
        let items = t.poll().await;
        let renewal = items.into_iter().find(|item| item.csr.is_some()).unwrap();
        t.send_csr(&renewal).await.unwrap();
        t.work_off().await;
    }
}

#[tokio::test]
async fn a_certificate_that_keeps_failing_is_paused_until_somebody_acts() {
    let t = guarded(Guards { failures_before_pause: 3, ..Guards::default() }).await;
    t.create().await;
    for _ in 0..3 {
        let due = t.bench.certificate("mc-www").await.next_action_at.unwrap();
        t.bench.clock.set(due);
        t.sweep().await;
        // From the second failure on the first look only works out when the pause is over.
        if t.bench.certificate("mc-www").await.status != CertificateStatus::RenewalInProgress {
            let due = t.bench.certificate("mc-www").await.next_action_at.unwrap();
            t.bench.clock.set(due);
            t.sweep().await;
        }
        t.fail().await;
    }
    t.sweep().await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.next_action_at), (CertificateStatus::Failed, None));
    assert!(row.paused_at.is_some());
    let reason = row.pause_reason.unwrap();
    assert!(reason.contains("3 issuances in a row") && reason.contains("no disk"), "{reason}");
    assert_eq!(t.bench.audited().await.last().unwrap(), "certificate_paused");

    t.bench.clock.advance(Duration::from_hours(1_000));
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    // A changed policy makes the sweep look, but does not unpause.
    let id = build::id(build::POLICY);
    t.bench.write(move |tx| tx.certificates().reconsider(&id, build::at(0))).await;
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);

    t.renewals.unpause(&operator(), &build::id("mc-www")).await.unwrap();
    assert_eq!(t.bench.audited().await.last().unwrap(), "certificate_unpaused");
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
}

#[tokio::test]
async fn a_renewal_by_hand_that_succeeds_unpauses() {
    let t = Flow::new().await;
    t.create().await;
    let id = build::id("mc-www");
    let paused = t.renewals.pause(&operator(), &id, "the zone moves".into()).await.unwrap();
    assert_eq!(paused.certificate.pause_reason.as_deref(), Some("the zone moves"));
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    renew(&t, RenewOptions::default()).await.unwrap();
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.paused_at, row.pause_reason), (CertificateStatus::Active, None, None));
    assert!(row.next_action_at.is_some());
    let actions = t.bench.audited().await;
    assert!(actions.contains(&"certificate_unpaused".to_owned()), "{actions:?}");
}

#[tokio::test]
async fn an_issuance_that_was_under_way_does_not_unpause() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [issuance] = t.poll().await.try_into().unwrap();
    t.renewals.pause(&operator(), &build::id("mc-www"), "look at it first".into()).await.unwrap();
    t.send_csr(&issuance).await.unwrap();
    t.work_off().await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.next_action_at), (CertificateStatus::Active, None));
    assert!(row.paused_at.is_some());
}

#[tokio::test]
async fn pausing_needs_a_reason_and_permission_and_repeats_without_effect() {
    let t = Flow::new().await;
    t.create().await;
    let id = build::id("mc-www");
    let who = operator();
    let pause = async |reason: &str| t.renewals.pause(&who, &id, reason.to_owned()).await;
    assert_eq!(pause("").await.unwrap_err().code(), "invalid_request");
    pause("first").await.unwrap();
    let again = pause("second").await.unwrap();
    assert_eq!(again.certificate.pause_reason.as_deref(), Some("first"));
    let forbidden = t.renewals.pause(&viewer(), &id, "mine".into()).await.unwrap_err();
    assert_eq!(forbidden.code(), "forbidden");
    assert_eq!(t.renewals.unpause(&viewer(), &id).await.unwrap_err().code(), "forbidden");
    t.certificates.archive(&operator(), &id).await.unwrap();
    assert_eq!(pause("late").await.unwrap_err().code(), "invalid_state");
    let pauses = t.bench.audited().await.into_iter().filter(|action| action == "certificate_paused");
    assert_eq!(pauses.count(), 1);
}

#[tokio::test]
async fn a_change_that_needs_a_new_leaf_meets_the_limit_too() {
    let t = guarded(Guards { issuances_per_names: 1, ..Guards::default() }).await;
    t.served().await;
    let id = build::id("mc-www");
    let to = async |spec: CertificateSpec| {
        let edit = Box::new(move |_: &_| Ok(spec.clone()));
        t.certificates.change(&operator(), &id, edit, None).await
    };
    let other_rules = CertificateSpec { profile_id: Some(build::id(build::PROFILE)), ..spec() };
    let refused = to(other_rules.clone()).await.unwrap_err();
    assert_eq!(refused.code(), "issuance_limit");
    assert!(refused.to_string().contains("make the change then"), "{refused}");
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.profile_id), (CertificateStatus::Active, None), "nothing was changed");

    to(CertificateSpec { environment: "test".to_owned(), ..spec() }).await.unwrap();
    to(CertificateSpec { common_name: "10.0.0.1".into(), sans: vec!["10.0.0.1".into()], ..spec() })
        .await
        .unwrap();
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::RenewalInProgress);
    t.bench.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
    to(other_rules).await.unwrap();
}

#[tokio::test]
async fn a_failed_job_is_not_retried_past_the_limit() {
    let t = guarded(Guards { issuances_per_names: 1, ..Guards::default() }).await;
    t.served().await;
    let with_reason = RenewOptions {
        override_limit: true,
        reason: Some("the key leaked".into()),
        ..RenewOptions::default()
    };
    t.certificates.renew(&operator(), &build::id("mc-www"), with_reason).await.unwrap();
    t.fail().await;
    let jobs = t.bench.all_jobs().await;
    let failed = jobs.into_iter().find(|job| job.status == JobStatus::Failed).unwrap();
    let service = Jobs::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups));
    let refused = service.retry(&operator(), &failed.id).await.unwrap_err();
    assert_eq!(refused.code(), "issuance_limit");
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Failed);
    t.bench.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
    service.retry(&operator(), &failed.id).await.unwrap();
}
