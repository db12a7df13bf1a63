//! Delivery of notifications to a receiver on this machine, and a look for retries among finished ones.

mod receiver;

use self::receiver::{Poster, PosterFactory, Receiver};
use crate::core::{self, Core};
use crate::load::quantile;
use crate::place::{Place, Postgres};
use crate::{fill, table};
use anyhow::{Context, Result, anyhow, ensure};
use certctl_connector_api::NotifierRegistry;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_crypto::SealContext;
use certctl_domain::JsonText;
use certctl_domain::id::{ChannelId, NotificationId};
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{
    AlertSeverity, Channel, ChannelHealth, Notification, NotificationChannel, NotificationStatus,
    NotificationType, Story,
};
use certctl_lifecycle::Tasks;
use certctl_repository::{SealedColumn, StoreError};
use certctl_service::{Delivery, DeliveryLoop, DeliveryOptions, LiveChannels};
use certctl_service_api::engine::{Reconciler, StopSignal};
use certctl_telemetry::{DeliveryMetrics, Registry};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

const ACTIVATIONS: usize = 200;
const CHANNEL: &str = "nc-bench";
const INSERT: u32 = 1_000;

struct Never;

impl StopSignal for Never {
    fn stopping(&self) -> bool {
        false
    }
}

/// Measures both engines and prints the tables.
pub(crate) async fn measure(pending: u32, finished: u32) -> Result<()> {
    let server = Postgres::start()?;
    let receiver = Receiver::start().await?;
    let poster = receiver.poster()?;
    let limit = alone(&poster, pending).await?;
    let mut rates =
        vec![vec!["posts without a database".to_owned(), table::rate(limit), table::share(1.0, 1.0)]];
    for (name, place) in [("SQLite", Place::sqlite()?), ("PostgreSQL", Place::postgres(&server)?)] {
        let rate = deliver(&place, &poster, pending).await?;
        rates.push(vec![format!("delivered, {name}"), table::rate(rate), table::share(rate, limit)]);
    }
    table::print(
        &format!("Notifications, {pending} pending, one channel"),
        &["8 at once, to a local receiver", "rate", "of the posts alone"],
        &rates,
    )?;
    let mut rows = Vec::new();
    for (name, place) in [("SQLite", Place::sqlite()?), ("PostgreSQL", Place::postgres(&server)?)] {
        for count in [0, finished] {
            let (first, p50, p99) = sweep(&place, &poster, count).await?;
            rows.push(vec![
                format!("{name}, {count} finished"),
                table::time(first),
                table::time(p50),
                table::time(p99),
            ]);
        }
    }
    table::print("Look for retries, nothing due", &["one activation", "first", "p50", "p99"], &rows)
}

/// What posting costs without anything around it.
async fn alone(poster: &Poster, count: u32) -> Result<f64> {
    let begun = Instant::now();
    let hand = || async {
        for _ in 0..count / 8 {
            poster.post("{}".to_owned()).await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(hand(), hand(), hand(), hand(), hand(), hand(), hand(), hand())?;
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

async fn deliver(place: &Place, poster: &Poster, pending: u32) -> Result<f64> {
    let core = Core::open(place.url.clone()).await?;
    make(&core, pending).await?;
    let engine = engine(&core, poster)?;
    let delivery = DeliveryLoop::deliver(Arc::clone(&engine));
    let begun = Instant::now();
    loop {
        let report = delivery.activate(&Never).await;
        ensure!(report.error.is_none(), "the delivery failed: {report:?}");
        let counts = core.base.store.read("bench.counts", |tx| tx.notifications().counts());
        let counts = counts.await.map_err(|error: StoreError| anyhow!(error))?;
        ensure!(counts.failed + counts.dead == 0, "the receiver refused something");
        if counts.pending == 0 && engine.is_idle() {
            break;
        }
    }
    let rate = f64::from(pending) / begun.elapsed().as_secs_f64();
    core.base.store.close().await;
    Ok(rate)
}

async fn sweep(place: &Place, poster: &Poster, finished: u32) -> Result<(Duration, Duration, Duration)> {
    let core = Core::open(place.url.clone()).await?;
    if finished == 0 {
        make(&core, 0).await?;
    } else {
        fill::finished_notifications(&place.url, finished).await?;
    }
    let retry = DeliveryLoop::retry(engine(&core, poster)?);
    let mut times = Vec::new();
    for _ in 0..ACTIVATIONS {
        let begun = Instant::now();
        let report = retry.activate(&Never).await;
        times.push(begun.elapsed());
        ensure!(report.error.is_none() && report.counts.is_empty(), "unexpected: {report:?}");
    }
    core.base.store.close().await;
    let first = times.first().copied().unwrap_or_default();
    times.sort_unstable();
    Ok((first, quantile(&times, 50), quantile(&times, 99)))
}

fn engine(core: &Core, poster: &Poster) -> Result<Arc<Delivery>> {
    let env = NotifierEnv {
        clock: Arc::clone(&core.base.clock),
        egress: certctl_outbound::EgressPolicy::default(),
        time_limit: Duration::from_secs(30),
        extra_roots_pem: None,
    };
    let registry = NotifierRegistry::new(vec![Arc::new(PosterFactory(poster.clone()))]);
    let channels = Arc::new(LiveChannels::new(registry, env, core.secrets.clone()));
    let metrics = DeliveryMetrics::register(&Registry::new())?;
    let options = DeliveryOptions::new("bench".to_owned(), Duration::from_mins(2));
    let tasks = Tasks::new(Handle::current());
    Ok(Delivery::new(core.base.clone(), channels, Arc::clone(&core.wakeups), tasks, metrics, options))
}

/// The channel, and so many notifications that are due on it.
async fn make(core: &Core, pending: u32) -> Result<()> {
    let now = core.base.clock.now();
    let (table, column) = SealedColumn::ChannelConfig.names();
    let context = SealContext { table, row_id: CHANNEL, column };
    let sealed_config = core::keyring()?.seal(&context, b"{}").map_err(|error| anyhow!(error))?;
    let channel = Channel {
        id: ChannelId::parse(CHANNEL)?,
        name: "bench".to_owned(),
        kind: NotificationChannel::Webhook,
        public_config: JsonText::empty_object(),
        sealed_config,
        enabled: true,
        source: ConnectorSource::Database,
        health: ChannelHealth::default(),
        created_at: now,
        updated_at: now,
    };
    let inserted = core.base.store.write("bench.channel", move |tx| tx.channels().insert(&channel));
    inserted.await.map_err(|error: StoreError| anyhow!(error))?;
    for part in 0..pending / INSERT {
        let rows: Vec<_> =
            (part * INSERT..(part + 1) * INSERT).map(|n| notification(n, now)).collect::<Result<_>>()?;
        let inserted = core.base.store.write("bench.notifications", move |tx| {
            rows.iter().try_for_each(|row| tx.notifications().insert(row).map(drop))
        });
        inserted.await.map_err(|error: StoreError| anyhow!(error)).context("cannot insert")?;
    }
    Ok(())
}

fn notification(n: u32, now: certctl_domain::Timestamp) -> Result<Notification> {
    Ok(Notification {
        id: NotificationId::parse(&format!("notif-bench-{n:07}"))?,
        alert_id: None,
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Warning,
        resource_type: "certificate".to_owned(),
        resource_id: format!("mc-bench-{n:07}"),
        certificate_id: None,
        channel: NotificationChannel::Webhook,
        channel_id: Some(ChannelId::parse(CHANNEL)?),
        recipient: "bench".to_owned(),
        story: Story {
            subject: format!("Renewal of host-{n:07}.bench.example failed"),
            message: "The issuer did not answer.\n\nLook at the issuer; the renewal is tried again."
                .to_owned(),
            html: None,
            facts: Vec::new(),
        },
        incident: None,
        threshold_days: None,
        dedup_key: format!("bench/{n}"),
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        not_before: now,
        last_error: None,
        created_at: now,
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
    })
}
