//! Delivery of notifications.

use super::notification::TIME_LIMIT;
use certctl_config::ServerConfig;
use certctl_lifecycle::Lifecycle;
use certctl_service::{Delivery, DeliveryLoop, DeliveryOptions, Foundation, LiveChannels, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{DeliveryMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// What the server consists of here.
pub(super) struct DeliveryParts {
    pub(super) engine: Arc<Delivery>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

/// One engine, and the loops that drive it. `process` is the name of this server in leases.
pub(super) fn build(
    config: &ServerConfig,
    life: &Lifecycle,
    base: &Foundation,
    channels: &Arc<LiveChannels>,
    wakeups: &Arc<Wakeups>,
    process: &str,
    metrics: &Registry,
) -> anyhow::Result<DeliveryParts> {
    let rest = config.scheduler.notification_retry;
    let options = DeliveryOptions {
        time_limit: TIME_LIMIT,
        console: config.http.public_url.clone(),
        ..DeliveryOptions::new(process.to_owned(), rest)
    };
    let engine = Delivery::new(
        base.clone(),
        Arc::clone(channels),
        Arc::clone(wakeups),
        life.tasks().clone(),
        DeliveryMetrics::register(metrics)?,
        options,
    );
    let tasks: Vec<(Arc<dyn Reconciler>, Duration)> = vec![
        (Arc::new(DeliveryLoop::deliver(Arc::clone(&engine))), config.scheduler.notification_process),
        (Arc::new(DeliveryLoop::retry(Arc::clone(&engine))), config.scheduler.notification_retry),
    ];
    Ok(DeliveryParts { engine, tasks })
}
