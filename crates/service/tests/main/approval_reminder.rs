//! What is told of approval requests.

use crate::approval::{alice, bob, decide, guarded};
use crate::bench::ServiceBench;
use crate::flow::Never;
use crate::told::{alerts, kinds};
use certctl_domain::notification::NotificationType;
use certctl_service::ApprovalReminders;
use certctl_service_api::approval::Decision;
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::Reconciler;
use certctl_testkit::build;
use std::time::Duration;

#[tokio::test]
async fn a_request_is_told_when_it_is_made_and_once_before_it_expires() {
    for bench in ServiceBench::both().await {
        let t = guarded(bench).await;
        t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
        let reminders = ApprovalReminders::new(t.bench.base.clone(), Duration::from_hours(8));
        assert_eq!(kinds(&t.bench).await, [NotificationType::ApprovalRequested]);
        t.bench.clock.advance(Duration::from_hours(6));
        reminders.activate(&Never).await;
        assert_eq!(kinds(&t.bench).await.len(), 1, "a quarter of its time is left from now on");
        t.bench.clock.advance(Duration::from_secs(1));
        for _ in 0..2 {
            assert_eq!(reminders.activate(&Never).await.error, None);
        }
        let told = alerts(&t.bench).await;
        assert_eq!((told.len(), told[1].kind), (2, NotificationType::ApprovalExpiring));
        assert!(told[1].story.message.contains("ends in 1 hour"), "{}", told[1].story.message);
        decide(&t, &bob(), Decision::Approve, None).await.unwrap();
    }
}

#[tokio::test]
async fn what_was_decided_is_not_reminded_of() {
    let t = guarded(ServiceBench::new().await).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    decide(&t, &bob(), Decision::Approve, None).await.unwrap();
    t.bench.clock.advance(Duration::from_hours(7));
    let reminders = ApprovalReminders::new(t.bench.base.clone(), Duration::from_hours(8));
    assert_eq!(reminders.activate(&Never).await.counts, []);
}
