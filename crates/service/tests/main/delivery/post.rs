//! A bench with channels and an engine that delivers to them.

use super::double::DoubleNotifiers;
use crate::bench::{PASSPHRASE, ServiceBench, keyring};
use crate::flow::Never;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_crypto::SealContext;
use certctl_domain::JsonText;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{
    Alert, AlertSeverity, Attempt, Channel, ChannelHealth, Notification, NotificationChannel,
    NotificationStatus, NotificationType, Story,
};
use certctl_lifecycle::Tasks;
use certctl_repository::{NotificationCounts, SealedColumn};
use certctl_service::{Delivery, DeliveryLoop, DeliveryOptions, Foundation, LiveChannels};
use certctl_service_api::engine::{Reconciler, Report};
use certctl_telemetry::{DeliveryMetrics, Registry};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// How long a failing channel rests in these tests.
pub(super) const REST: Duration = Duration::from_mins(2);
/// Longest attempt in these tests: longer than any of them waits.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(40);
/// Length of a claim: six attempts.
pub(super) const LEASE: Duration = Duration::from_mins(4);

/// A server that delivers.
pub(super) struct Replica {
    pub(super) engine: Arc<Delivery>,
    pub(super) tasks: Tasks,
    pub(super) registry: Registry,
}

impl Replica {
    /// Looks after due notifications until no lane is busy.
    pub(super) async fn round(&self) -> Report {
        let report = DeliveryLoop::deliver(Arc::clone(&self.engine)).activate(&Never).await;
        assert_eq!(report.error, None);
        report
    }

    pub(super) fn shows(&self, line: &str) {
        let text = self.registry.render().unwrap();
        assert!(text.lines().any(|shown| shown == line), "{line} is not in {text}");
    }
}

/// Channels and notifications on one database.
pub(super) struct Post {
    pub(super) bench: ServiceBench,
    pub(super) double: DoubleNotifiers,
}

impl Post {
    pub(super) async fn both() -> [Self; 2] {
        ServiceBench::both().await.map(Self::on)
    }

    pub(super) fn on(bench: ServiceBench) -> Self {
        Self { bench, double: DoubleNotifiers::new() }
    }

    /// A server on the bench's own store.
    pub(super) fn replica(&self, owner: &str) -> Replica {
        self.replica_on(self.bench.base.clone(), owner)
    }

    pub(super) fn replica_on(&self, base: Foundation, owner: &str) -> Replica {
        let env = NotifierEnv {
            clock: Arc::clone(&base.clock),
            egress: certctl_outbound::EgressPolicy::default(),
            time_limit: TIME_LIMIT,
            extra_roots_pem: None,
        };
        let secrets = self.bench.secrets.clone();
        let channels = Arc::new(LiveChannels::new(self.double.registry(), env, secrets));
        let (tasks, registry) = (Tasks::new(Handle::current()), Registry::new());
        let options = DeliveryOptions {
            time_limit: TIME_LIMIT,
            console: Some("https://certctl.example.com".to_owned()),
            ..DeliveryOptions::new(owner.to_owned(), REST)
        };
        let metrics = DeliveryMetrics::register(&registry).unwrap();
        let wakeups = Arc::default();
        Replica {
            engine: Delivery::new(base, channels, wakeups, tasks.clone(), metrics, options),
            tasks,
            registry,
        }
    }

    /// Stores an enabled channel.
    pub(super) async fn channel(&self, id: &str, kind: NotificationChannel) {
        let (table, column) = SealedColumn::ChannelConfig.names();
        let context = SealContext { table, row_id: id, column };
        let at = build::at(0);
        let channel = Channel {
            id: build::id(id),
            name: format!("Channel {id}"),
            kind,
            public_config: JsonText::empty_object(),
            sealed_config: keyring(PASSPHRASE, &[]).seal(&context, b"{}").unwrap(),
            enabled: true,
            source: ConnectorSource::Database,
            health: ChannelHealth::default(),
            created_at: at,
            updated_at: at,
        };
        self.bench.write(move |tx| tx.channels().insert(&channel)).await;
    }

    /// Stores a notification that is due now.
    pub(super) async fn notify(&self, id: &str, kind: NotificationChannel, channel: Option<&str>) {
        let row = Notification {
            created_at: self.now(),
            not_before: self.now(),
            ..notification(id, kind, channel)
        };
        assert!(self.bench.write(move |tx| tx.notifications().insert(&row)).await);
    }

    pub(super) fn now(&self) -> certctl_domain::Timestamp {
        self.bench.base.clock.now()
    }

    pub(super) fn advance(&self, span: Duration) {
        self.bench.clock.advance(span);
    }

    pub(super) async fn row(&self, id: &str) -> Notification {
        let id = build::id(id);
        self.bench.read(move |tx| tx.notifications().find(&id)).await.unwrap()
    }

    pub(super) async fn attempts(&self, id: &str) -> Vec<Attempt> {
        let id = build::id(id);
        self.bench.read(move |tx| tx.notifications().attempts(&id)).await
    }

    pub(super) async fn requeue(&self, id: &str, channel: &str) {
        let (id, channel, now) = (build::id(id), build::id(channel), self.now());
        assert!(self.bench.write(move |tx| tx.notifications().requeue(&id, Some(&channel), now)).await);
    }

    pub(super) async fn health(&self, channel: &str) -> ChannelHealth {
        let id = build::id(channel);
        self.bench.read(move |tx| tx.channels().find(&id)).await.unwrap().health
    }

    pub(super) async fn alerts(&self) -> Vec<Alert> {
        self.bench.read(|tx| tx.alerts().unrouted(100)).await
    }

    pub(super) async fn counts(&self) -> NotificationCounts {
        self.bench.read(|tx| tx.notifications().counts()).await
    }

    /// Waits until the notification stands so.
    pub(super) async fn becomes(&self, id: &str, status: NotificationStatus) {
        let arrived = async { while self.row(id).await.status != status {} };
        timeout(Duration::from_secs(20), arrived).await.unwrap_or_else(|_| panic!("{id} is not {status}"));
    }

    /// Waits until so many messages were handed to channels.
    pub(super) async fn handed(&self, count: usize) {
        let arrived = async {
            while self.double.handed().len() < count {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), arrived).await.expect("the messages are not handed over");
    }
}

/// A notification of the first second of 2026.
pub(super) fn notification(id: &str, kind: NotificationChannel, channel: Option<&str>) -> Notification {
    Notification {
        id: build::id(id),
        alert_id: None,
        kind: NotificationType::JobDead,
        severity: AlertSeverity::Warning,
        resource_type: "job".to_owned(),
        resource_id: "job-one".to_owned(),
        certificate_id: None,
        channel: kind,
        channel_id: channel.map(build::id),
        recipient: "ops@example.com".to_owned(),
        story: Story {
            subject: format!("Subject of {id}"),
            message: format!("Message of {id}."),
            html: None,
            facts: Vec::new(),
        },
        incident: None,
        threshold_days: None,
        dedup_key: format!("key-{id}"),
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        not_before: build::at(0),
        last_error: None,
        created_at: build::at(0),
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
    }
}
