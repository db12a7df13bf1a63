//! Ends of leaves: each threshold once for each lifetime and channel, the most urgent one only.

use crate::bench::ServiceBench;
use crate::flow::Never;
use crate::told::{add_channel, channel, notifications};
use certctl_domain::certificate::{Certificate, CertificateEvent, CertificateStatus};
use certctl_domain::notification::{AlertSeverity, ChannelRef, NotificationChannel, NotificationType};
use certctl_domain::renewal::RenewalPolicy;
use certctl_domain::version::CertificateVersion;
use certctl_service::ExpiryAlerts;
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{ExpiryAlertMetrics, Registry};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const DAY: i64 = 86_400;

struct Ends {
    bench: ServiceBench,
    alerts: ExpiryAlerts,
    registry: Registry,
}

impl Ends {
    /// A certificate whose leaf is valid for so many days.
    async fn after(bench: ServiceBench, days: i64) -> Self {
        let registry = Registry::new();
        let metrics = Arc::new(ExpiryAlertMetrics::register(&registry).unwrap());
        let alerts = ExpiryAlerts::new(bench.base.clone(), Arc::clone(&bench.wakeups), metrics);
        let t = Self { bench, alerts, registry };
        t.bench.add_mapped(build::certificate("mc-web")).await;
        t.issue("cv-1", 0, days).await;
        t
    }

    /// A new leaf, as an issuance leaves it.
    async fn issue(&self, id: &str, from_day: i64, until_day: i64) {
        let version = CertificateVersion {
            not_before: build::at(from_day * DAY),
            not_after: build::at(until_day * DAY),
            created_at: build::at(from_day * DAY),
            ..build::version(id, "mc-web")
        };
        self.bench
            .write(move |tx| {
                tx.versions().insert(&version)?;
                let mut row = tx.certificates().find(&build::id("mc-web"))?.unwrap();
                row.status = CertificateStatus::Active;
                row.valid_from = Some(version.not_before);
                row.expires_at = Some(version.not_after);
                row.expiring_from = Some(version.not_after);
                tx.certificates().update(&mut row)
            })
            .await;
    }

    async fn policy(&self, change: impl Fn(&mut RenewalPolicy) + Send + 'static) {
        self.bench
            .write(move |tx| {
                let mut policy = tx.renewal_policies().find(&build::id(build::POLICY))?.unwrap();
                let read_at = policy.updated_at;
                change(&mut policy);
                policy.updated_at = read_at.plus(Duration::from_micros(1));
                tx.renewal_policies().update(&policy, read_at)
            })
            .await;
    }

    /// Looks at this time (twice, since the second look must find nothing); what was told then.
    async fn at(&self, seconds: i64) -> Vec<(Option<u32>, AlertSeverity, String)> {
        self.bench.clock.set(build::at(seconds));
        let before = notifications(&self.bench).await.len();
        for _ in 0..2 {
            assert_eq!(self.alerts.activate(&Never).await.error, None);
        }
        let all = notifications(&self.bench).await;
        let new = all.into_iter().skip(before);
        new.map(|row| {
            assert_eq!(row.kind, NotificationType::ExpirationWarning);
            assert_eq!(row.incident.unwrap().key, "certificate/mc-web/renewal");
            (row.threshold_days, row.severity, row.story.subject)
        })
        .collect()
    }
}

fn one(days: u32, severity: AlertSeverity, end: &str) -> Vec<(Option<u32>, AlertSeverity, String)> {
    vec![(Some(days), severity, format!("Certificate mc-web {end}"))]
}

#[tokio::test]
async fn each_threshold_is_told_once_in_each_lifetime() {
    for bench in ServiceBench::both().await {
        let t = Ends::after(bench, 90).await;
        assert_eq!(t.at(0).await, []);
        assert_eq!(t.at(60 * DAY - 1).await, []);
        assert_eq!(t.at(60 * DAY).await, one(30, AlertSeverity::Informational, "ends in 30 days"));
        // The server was away: only the most urgent one counts.
        assert_eq!(t.at(84 * DAY).await, one(7, AlertSeverity::Warning, "ends in 6 days"));
        assert_eq!(t.at(89 * DAY + 10).await, [], "the last day is not the end");
        assert_eq!(t.at(90 * DAY).await, one(0, AlertSeverity::Critical, "ended less than a minute ago"));
        assert_eq!(t.at(95 * DAY).await, []);

        t.issue("cv-2", 96, 186).await;
        assert_eq!(t.at(97 * DAY).await, [], "what is superseded is not told");
        assert_eq!(t.at(156 * DAY).await, one(30, AlertSeverity::Informational, "ends in 30 days"));
        assert_eq!(t.at(172 * DAY).await, one(14, AlertSeverity::Warning, "ends in 14 days"));
        let sent = t.bench.audited().await.into_iter().filter(|action| action == "expiration_alert_sent");
        assert_eq!(sent.count(), 5);
        let told = notifications(&t.bench).await;
        assert!(told.iter().all(|row| row.recipient == "o-platform@example.com" && row.alert_id.is_none()));
        let line = r#"certctl_expiry_alerts_total{channel="Email",threshold="30",result="success"} 2"#;
        assert!(t.registry.render().unwrap().lines().any(|rendered| rendered == line));
    }
}

#[tokio::test]
async fn the_policy_decides_thresholds_severities_and_channels_and_a_change_of_it_counts_at_once() {
    let t = Ends::after(ServiceBench::new().await, 90).await;
    add_channel(&t.bench, channel("nc-ops", NotificationChannel::Slack)).await;
    t.policy(|policy| {
        policy.alert_thresholds_days = vec![60, 3];
        policy.alert_severity_map = [(60, AlertSeverity::Critical)].into();
        let email = vec![ChannelRef::Kind(NotificationChannel::Email)];
        policy.alert_channels = [(AlertSeverity::Critical, email)].into();
    })
    .await;
    assert_eq!(t.at(30 * DAY).await, one(60, AlertSeverity::Critical, "ends in 60 days"));
    t.policy(|policy| {
        let both = [NotificationChannel::Email, NotificationChannel::Slack].map(ChannelRef::Kind).to_vec();
        policy.alert_channels = [(AlertSeverity::Critical, both)].into();
    })
    .await;
    assert_eq!(t.at(31 * DAY).await, one(60, AlertSeverity::Critical, "ends in 59 days"));
    let last = notifications(&t.bench).await.pop().unwrap();
    assert_eq!((last.channel, last.recipient.as_str()), (NotificationChannel::Slack, "nc-ops"));
}

#[tokio::test]
async fn that_nobody_hears_of_a_threshold_is_noted_once() {
    let t = Ends::after(ServiceBench::new().await, 90).await;
    t.policy(|policy| policy.alert_channels = [(AlertSeverity::Warning, Vec::new())].into()).await;
    for hour in 0..3 {
        assert_eq!(t.at(60 * DAY + hour * 3_600).await, []);
        t.policy(move |policy| policy.alert_thresholds_days = vec![30, u32::try_from(hour).unwrap()]).await;
    }
    assert_eq!(t.bench.audited().await, ["expiration_alert_skipped_no_channels"]);
}

#[tokio::test]
async fn a_threshold_as_long_as_the_lifetime_tells_nothing() {
    let t = Ends::after(ServiceBench::new().await, 6).await;
    assert_eq!(t.at(5 * DAY).await, []);
    assert_eq!(t.at(6 * DAY + 7_200).await, one(0, AlertSeverity::Critical, "ended 2 hours ago"));
}

#[tokio::test]
async fn nothing_is_told_of_what_is_out_of_service_until_it_comes_back() {
    let t = Ends::after(ServiceBench::new().await, 90).await;
    let change = |event: CertificateEvent| {
        t.bench.write(move |tx| {
            let mut row = tx.certificates().find(&build::id("mc-web"))?.unwrap();
            row.apply(event, build::at(1)).unwrap();
            tx.certificates().update(&mut row)
        })
    };
    change(CertificateEvent::Archived).await;
    assert_eq!(t.at(80 * DAY).await, []);
    change(CertificateEvent::Unarchived { issued: true, revoked: false }).await;
    assert_eq!(t.at(80 * DAY + 1).await, one(14, AlertSeverity::Warning, "ends in 9 days"));
    change(CertificateEvent::Revoked).await;
    assert_eq!(t.at(90 * DAY).await, []);
}

#[tokio::test]
async fn of_several_key_holders_the_one_whose_leaf_ends_first_counts() {
    let t = Ends::after(ServiceBench::new().await, 90).await;
    t.bench
        .write(|tx| {
            let mut other = build::agent("agent-web2");
            other.name = "web2".into();
            tx.agents().insert(&other)?;
            let mut target = build::target("tgt-web2");
            target.agent_id = build::id("agent-web2");
            tx.targets().insert(&target)?;
            let mapping = certctl_domain::deployment::TargetMapping {
                target_id: build::id("tgt-web2"),
                ..build::mapping("mc-web")
            };
            tx.deployments().insert(&mapping)?;
            let late = CertificateVersion {
                agent_id: Some(build::id("agent-web2")),
                not_after: build::at(200 * DAY),
                created_at: build::at(5),
                ..build::version("cv-2", "mc-web")
            };
            tx.versions().insert(&late)
        })
        .await;
    assert_eq!(t.at(60 * DAY).await, one(30, AlertSeverity::Informational, "ends in 30 days"));
}

#[tokio::test]
async fn two_replicas_that_look_at_once_tell_once() {
    for bench in ServiceBench::both().await {
        let t = Ends::after(bench, 90).await;
        for n in 0..30 {
            let certificate = Certificate {
                status: CertificateStatus::Active,
                expires_at: Some(build::at(90 * DAY)),
                ..build::certificate(&format!("mc-{n}"))
            };
            let version = CertificateVersion {
                not_after: build::at(90 * DAY),
                ..build::version(&format!("cv-of-{n}"), &format!("mc-{n}"))
            };
            t.bench.add_mapped(certificate).await;
            t.bench.write(move |tx| tx.versions().insert(&version)).await;
        }
        t.bench.clock.set(build::at(80 * DAY));
        let (a, b) = tokio::join!(t.alerts.activate(&Never), t.alerts.activate(&Never));
        assert_eq!((a.error, b.error), (None, None));
        assert_eq!(notifications(&t.bench).await.len(), 31);
    }
}

#[tokio::test]
async fn since_when_an_end_waits_to_be_looked_at_can_be_seen_from_outside() {
    let t = Ends::after(ServiceBench::new().await, 90).await;
    t.bench.clock.advance(Duration::from_hours(1));
    assert_eq!(t.alerts.oldest_work().await, Some(build::at(0)));
    assert_eq!(t.alerts.activate(&Never).await.error, None);
    assert_eq!(t.alerts.oldest_work().await, None, "the next threshold is far");
}
