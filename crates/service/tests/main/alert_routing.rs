//! From alerts to notifications: who hears of what, over which channel, when, and how often.

use crate::bench::ServiceBench;
use crate::flow::{Flow, Never};
use crate::told::{add_channel, alerts, channel, notifications, route, set_routing};
use certctl_domain::certificate::Certificate;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{
    AlertSeverity, ChannelRef, IncidentPhase, Notification, NotificationChannel, NotificationStatus,
    NotificationType, QuietHours, Recipients, Routing,
};
use certctl_domain::renewal::{MaintenanceWindow, Weekday};
use certctl_service::NotificationRouter;
use certctl_service::notification::{raise, stories};
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::{AttemptOutcome, Reconciler};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

use NotificationChannel as C;

/// Channel, its id and recipient of each.
fn told(rows: &[Notification]) -> Vec<(C, Option<&str>, &str)> {
    rows.iter()
        .map(|row| (row.channel, row.channel_id.as_ref().map(ChannelId::as_str), &*row.recipient))
        .collect()
}

/// The agent gives up an issuance.
async fn failing() -> Flow {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    t.fail().await;
    t
}

/// Somebody asks again, and the agent gives up again.
async fn fails_again(t: &Flow) {
    let forced = RenewOptions::forced(true);
    t.certificates.renew(&crate::bench::operator(), &build::id("mc-www"), forced).await.unwrap();
    t.fail().await;
}

async fn raise(bench: &ServiceBench, raised: stories::Raised) {
    let (ids, now) = (Arc::clone(&bench.base.ids), bench.base.clock.now());
    bench.write(move |tx| raise::alert(tx, &*ids, raised.clone(), now)).await;
}

#[tokio::test]
async fn without_any_configuration_the_owner_gets_mail_once_a_mail_channel_exists() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        t.create().await;
        t.sweep().await;
        t.fail().await;
        let report = route(&t.bench).await;
        assert_eq!(report.counts, [("alerts", 1), ("queued", 1), ("cancelled", 0)]);
        let rows = notifications(&t.bench).await;
        assert_eq!(told(&rows), [(C::Email, None, "o-platform@example.com")]);
        assert_eq!(
            (rows[0].kind, rows[0].status),
            (NotificationType::RenewalFailure, NotificationStatus::Pending)
        );
        assert_eq!(rows[0].not_before, t.bench.base.clock.now());
        assert_eq!(rows[0].certificate_id, Some(build::id("mc-www")));
        assert_eq!(
            rows[0].dedup_key,
            format!("{}/Email/o-platform@example.com", rows[0].alert_id.clone().unwrap())
        );
        assert!(alerts(&t.bench).await.is_empty());
        assert_eq!(route(&t.bench).await.counts, [("alerts", 0), ("queued", 0), ("cancelled", 0)]);
    }
}

#[tokio::test]
async fn a_policy_decides_the_channels_and_a_kind_stands_for_each_enabled_one() {
    let t = failing().await;
    t.policy(|policy| {
        let slack = vec![ChannelRef::Kind(C::Slack), ChannelRef::Channel(build::id("nc-hook"))];
        policy.alert_channels = [(AlertSeverity::Warning, slack)].into();
        policy.updated_at = build::at(0).plus(Duration::from_micros(1));
    })
    .await;
    for id in ["nc-ops", "nc-dev"] {
        add_channel(&t.bench, channel(id, C::Slack)).await;
    }
    let off = certctl_domain::notification::Channel { enabled: false, ..channel("nc-off", C::Slack) };
    add_channel(&t.bench, off).await;
    add_channel(&t.bench, channel("nc-hook", C::Webhook)).await;
    route(&t.bench).await;
    let rows = notifications(&t.bench).await;
    let mut to = told(&rows);
    to.sort_unstable();
    assert_eq!(
        to,
        [
            (C::Webhook, Some("nc-hook"), "nc-hook"),
            (C::Slack, Some("nc-dev"), "nc-dev"),
            (C::Slack, Some("nc-ops"), "nc-ops"),
        ]
    );
}

#[tokio::test]
async fn owner_and_team_add_recipients_and_the_rest_goes_to_the_common_addresses() {
    let t = failing().await;
    let more = |channels: Vec<ChannelRef>, mail: &str| Recipients { channels, emails: vec![mail.to_owned()] };
    set_routing(
        &t.bench,
        Routing {
            emails: vec!["all@example.com".to_owned()],
            teams: [(build::id(build::TEAM), more(vec![C::Teams.into()], "team@example.com"))].into(),
            owners: [(build::id(build::OWNER), more(Vec::new(), "deputy@example.com"))].into(),
            ..Routing::default()
        },
    )
    .await;
    let agent = t.bench.read(|tx| tx.agents().find(&build::id(build::AGENT))).await.unwrap();
    raise(&t.bench, stories::agent_offline(&agent)).await;
    route(&t.bench).await;
    let rows = notifications(&t.bench).await;
    let mut to = told(&rows);
    to.sort_unstable();
    assert_eq!(
        to,
        [
            (C::Email, None, "all@example.com"),
            (C::Email, None, "deputy@example.com"),
            (C::Email, None, "o-platform@example.com"),
            (C::Email, None, "team@example.com"),
            (C::Teams, None, ""),
        ]
    );
}

#[tokio::test]
async fn what_is_only_for_information_waits_for_the_end_of_quiet_hours() {
    let t = Flow::new().await;
    // The clock stands at midnight on a Thursday.
    let night = MaintenanceWindow {
        days: vec![Weekday::Wed],
        start: "22:00".parse().unwrap(),
        end: "07:00".parse().unwrap(),
        timezone: "UTC".parse().unwrap(),
    };
    set_routing(&t.bench, Routing { quiet_hours: QuietHours(vec![night]), ..Routing::default() }).await;
    let certificate = build::certificate("mc-web");
    t.bench.add_mapped(certificate.clone()).await;
    raise(&t.bench, stories::renewal_succeeded(&certificate, &build::version("cv-1", "mc-web"), true)).await;
    raise(&t.bench, stories::revoked(&certificate, "superseded", "ops")).await;
    route(&t.bench).await;
    let waits: Vec<_> =
        notifications(&t.bench).await.iter().map(|row| (row.severity, row.not_before)).collect();
    assert!(waits.contains(&(AlertSeverity::Informational, build::at(7 * 3_600))), "{waits:?}");
    assert!(waits.contains(&(AlertSeverity::Warning, build::at(0))), "{waits:?}");
}

#[tokio::test]
async fn the_end_of_a_trouble_cancels_what_was_not_sent_and_closes_what_on_call_tools_hold_open() {
    let t = failing().await;
    add_channel(&t.bench, channel("nc-pager", C::PagerDuty)).await;
    add_channel(&t.bench, channel("nc-chat", C::Slack)).await;
    let all = vec![ChannelRef::Kind(C::PagerDuty), C::Slack.into(), C::Email.into()];
    set_routing(
        &t.bench,
        Routing {
            defaults: [(AlertSeverity::Warning, all), (AlertSeverity::Informational, vec![C::Email.into()])]
                .into(),
            ..Routing::default()
        },
    )
    .await;
    route(&t.bench).await;
    assert_eq!(notifications(&t.bench).await.len(), 3);
    // Delivery has the one to the pager in hand; the others wait.
    let claim = certctl_repository::LaneClaim {
        channel: Some(build::id("nc-pager")),
        owner: "replica-a".to_owned(),
        at: build::at(0),
        until: build::at(60),
        limit: 5,
    };
    assert_eq!(t.bench.write(move |tx| tx.notifications().claim(&claim)).await.len(), 1);

    t.bench.clock.advance(Duration::from_mins(5));
    t.certificates
        .renew(&crate::bench::operator(), &build::id("mc-www"), RenewOptions::forced(true))
        .await
        .unwrap();
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
    assert_eq!(route(&t.bench).await.counts, [("alerts", 1), ("queued", 2), ("cancelled", 2)]);
    let rows = notifications(&t.bench).await;
    let (before, after): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.kind == NotificationType::RenewalFailure);
    for row in before {
        let held = row.channel == C::PagerDuty;
        assert_eq!(row.status == NotificationStatus::Cancelled, !held, "{row:?}");
    }
    let mut to = told(&after);
    to.sort_unstable();
    assert_eq!(
        to,
        [(C::Email, None, "o-platform@example.com"), (C::PagerDuty, Some("nc-pager"), "nc-pager")]
    );
    assert!(after.iter().all(|row| row.incident.as_ref().unwrap().phase == IncidentPhase::Resolve));
    // The next success finds nothing open.
    let version = build::version("cv-9", "mc-www");
    let certificate = t.bench.certificate("mc-www").await;
    raise(&t.bench, stories::renewal_succeeded(&certificate, &version, true)).await;
    assert_eq!(route(&t.bench).await.counts, [("alerts", 1), ("queued", 1), ("cancelled", 0)]);
}

#[tokio::test]
async fn a_trouble_that_goes_on_is_told_again_after_a_day_and_not_at_each_failure() {
    let t = failing().await;
    route(&t.bench).await;
    t.bench.clock.advance(Duration::from_hours(1));
    fails_again(&t).await;
    assert_eq!(route(&t.bench).await.counts, [("alerts", 1), ("queued", 0), ("cancelled", 0)]);
    t.bench.clock.advance(Duration::from_hours(23));
    fails_again(&t).await;
    assert_eq!(route(&t.bench).await.counts, [("alerts", 1), ("queued", 1), ("cancelled", 0)]);
}

#[tokio::test]
async fn a_channel_is_not_told_over_itself_that_it_fails() {
    let t = ServiceBench::new().await;
    let (ill, well) = (channel("nc-ill", C::Slack), channel("nc-well", C::Slack));
    add_channel(&t, ill.clone()).await;
    add_channel(&t, well).await;
    let slack = vec![ChannelRef::Kind(C::Slack)];
    set_routing(&t, Routing { defaults: [(AlertSeverity::Critical, slack)].into(), ..Routing::default() })
        .await;
    raise(&t, stories::channel_failing(&ill)).await;
    route(&t).await;
    assert_eq!(told(&notifications(&t).await), [(C::Slack, Some("nc-well"), "nc-well")]);
}

#[tokio::test]
async fn two_replicas_that_route_at_once_make_each_notification_once() {
    for bench in ServiceBench::both().await {
        for n in 0..120 {
            let certificate = Certificate { ..build::certificate(&format!("mc-{n}")) };
            bench.add_mapped(certificate.clone()).await;
            raise(&bench, stories::revoked(&certificate, "superseded", "ops")).await;
        }
        let router = || NotificationRouter::new(bench.base.clone(), Arc::clone(&bench.wakeups));
        let (one, other) = (router(), router());
        let (a, b) = tokio::join!(one.activate(&Never), other.activate(&Never));
        assert_eq!((a.error, b.error), (None, None));
        route(&bench).await;
        // Revocations go to mail and to webhooks.
        assert_eq!(notifications(&bench).await.len(), 240);
        assert!(alerts(&bench).await.is_empty());
    }
}

#[tokio::test]
async fn since_when_an_alert_waits_for_its_routing_can_be_seen_from_outside() {
    let t = failing().await;
    let since = t.bench.base.clock.now();
    t.bench.clock.advance(Duration::from_mins(5));
    let router = NotificationRouter::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups));
    assert_eq!(router.oldest_work().await, Some(since));
    router.activate(&Never).await;
    assert_eq!(router.oldest_work().await, None);
}
