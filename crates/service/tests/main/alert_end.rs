//! What ends by a decision of people is ended where it was told, too.

use crate::approval::{alice, bob, decide, guarded};
use crate::bench::{ServiceBench, operator};
use crate::flow::{Flow, Never, report};
use crate::told::{add_channel, alerts, channel, notifications, route, set_routing};
use certctl_domain::notification::{
    AlertSeverity, ChannelRef, IncidentPhase, Notification, NotificationChannel, NotificationStatus,
    NotificationType, Routing,
};
use certctl_service::reconcile::{JobTimeouts, WaitingTimes};
use certctl_service_api::agent_work::{JobReport, ReportedStatus};
use certctl_service_api::approval::Decision;
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::job::JobService;
use certctl_testkit::build;
use std::time::Duration;

const PAGER: &str = "nc-pager";

/// Everything goes to a pager and by mail, and the pager has told what was told so far.
async fn routing(bench: &ServiceBench) {
    add_channel(bench, channel(PAGER, NotificationChannel::PagerDuty)).await;
    add_channel(bench, channel("nc-mail", NotificationChannel::Email)).await;
    let both = vec![ChannelRef::Channel(build::id(PAGER)), ChannelRef::Channel(build::id("nc-mail"))];
    let defaults = AlertSeverity::ALL.iter().map(|severity| (*severity, both.clone())).collect();
    let emails = vec!["ops@example.com".to_owned()];
    set_routing(bench, Routing { defaults, emails, ..Routing::default() }).await;
}

/// The pager has taken everything; mail is on its way.
async fn paged(bench: &ServiceBench) {
    route(bench).await;
    bench.execute(
        "UPDATE notification_events SET status = 'sent', delivery = 'delivered', due_at = NULL \
         WHERE channel = 'PagerDuty'",
    );
}

/// What became of the incident `key`: whether the pager was told its end, and where its mails stand.
async fn became(bench: &ServiceBench, key: &str) -> (bool, Vec<NotificationStatus>) {
    route(bench).await;
    let rows = notifications(bench).await;
    let of = |row: &&Notification, phase| {
        row.incident.as_ref().is_some_and(|incident| incident.key == key && incident.phase == phase)
    };
    let ended: Vec<_> = rows.iter().filter(|row| of(row, IncidentPhase::Resolve)).collect();
    assert!(ended.iter().all(|row| row.channel == NotificationChannel::PagerDuty), "{ended:?}");
    let mail = NotificationChannel::Email;
    let begun = rows.iter().filter(|row| of(row, IncidentPhase::Trigger) && row.channel == mail);
    (ended.len() == 1, begun.map(|row| row.status).collect())
}

const ENDED: (bool, [NotificationStatus; 1]) = (true, [NotificationStatus::Cancelled]);

/// An incident of a deployment that failed.
async fn undeployed(bench: ServiceBench) -> Flow {
    routing(&bench).await;
    let t = Flow::on(bench);
    let item = t.issued().await;
    let error = Some("no disk".to_owned());
    let failed = JobReport { retryable: false, error, ..report(ReportedStatus::Failed) };
    t.report(&item, failed).await.unwrap();
    paged(&t.bench).await;
    t
}

#[tokio::test]
async fn a_failed_deployment_is_over_when_its_certificate_is_archived_or_leaves_the_target() {
    let key = "certificate/mc-www/deployment/tgt-web1";
    for bench in ServiceBench::both().await {
        let t = undeployed(bench).await;
        t.certificates.archive(&operator(), &build::id("mc-www")).await.unwrap();
        let (told, mails) = became(&t.bench, key).await;
        assert_eq!((told, &*mails), (ENDED.0, &ENDED.1[..]));
    }
    let t = undeployed(ServiceBench::new().await).await;
    t.certificates.set_targets(&operator(), &build::id("mc-www"), Vec::new()).await.unwrap();
    let (told, mails) = became(&t.bench, key).await;
    assert_eq!((told, &*mails), (ENDED.0, &ENDED.1[..]));
}

#[tokio::test]
async fn a_certificate_that_leaves_a_target_in_order_is_nobodys_news() {
    let t = Flow::new().await;
    t.served().await;
    let before = alerts(&t.bench).await.len();
    t.certificates.set_targets(&operator(), &build::id("mc-www"), Vec::new()).await.unwrap();
    assert_eq!(alerts(&t.bench).await.len(), before);
}

/// A request that the pager was told of.
async fn asked(bench: ServiceBench) -> (Flow, String) {
    routing(&bench).await;
    let t = guarded(bench).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    paged(&t.bench).await;
    let key = format!("approval/{}", crate::approval::only_request(&t).await.id);
    (t, key)
}

#[tokio::test]
async fn a_request_needs_nobody_once_it_is_decided_whoever_decides() {
    for bench in ServiceBench::both().await {
        let (t, key) = asked(bench).await;
        decide(&t, &bob(), Decision::Approve, None).await.unwrap();
        let [end] = alerts(&t.bench).await.try_into().unwrap();
        assert_eq!(end.kind, NotificationType::ApprovalRequested);
        assert!(end.story.message.contains("is approved by bob"), "{}", end.story.message);
        let (told, mails) = became(&t.bench, &key).await;
        assert_eq!((told, &*mails), (ENDED.0, &ENDED.1[..]));
    }
    let (t, key) = asked(ServiceBench::new().await).await;
    decide(&t, &bob(), Decision::Reject, Some("not this week")).await.unwrap();
    assert_eq!(became(&t.bench, &key).await, (ENDED.0, ENDED.1.to_vec()));

    // Its time is over.
    let (t, key) = asked(ServiceBench::new().await).await;
    let hour = Duration::from_hours(1);
    t.bench.clock.advance(hour * 2);
    JobTimeouts::new(t.bench.base.clone(), WaitingTimes { csr: hour, approval: hour }).activate(&Never).await;
    let told = alerts(&t.bench).await;
    let end = told.iter().find(|alert| alert.kind == NotificationType::ApprovalRequested).unwrap();
    assert!(end.story.message.contains("is expired. Nobody has to decide"), "{}", end.story.message);
    assert_eq!(became(&t.bench, &key).await, (ENDED.0, ENDED.1.to_vec()));

    // Its job is cancelled.
    let (t, key) = asked(ServiceBench::new().await).await;
    let job = crate::approval::only_request(&t).await.job_id;
    t.bench.jobs().cancel(&alice(), &job).await.unwrap();
    assert_eq!(became(&t.bench, &key).await, (ENDED.0, ENDED.1.to_vec()));
}
