//! Delivery of notifications.

use crate::Environment;
use certctl_config::ServerConfig;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_lifecycle::Lifecycle;
use certctl_outbound::EgressPolicy;
use certctl_service::{Delivery, DeliveryLoop, DeliveryOptions, Foundation, LiveChannels, Secrets, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{DeliveryMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// Longest attempt at a notification.
const ATTEMPT: Duration = Duration::from_secs(30);

/// What the server consists of here.
pub(super) struct DeliveryParts {
    pub(super) engine: Arc<Delivery>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

/// The notifiers of this process.
pub(super) fn channels(environment: &Environment, secrets: &Secrets) -> Arc<LiveChannels> {
    let env = NotifierEnv {
        clock: Arc::clone(&environment.clock),
        egress: EgressPolicy::default(),
        time_limit: ATTEMPT,
        extra_roots_pem: None,
    };
    Arc::new(LiveChannels::new(environment.notifiers.clone(), env, secrets.clone()))
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
    let options = DeliveryOptions { time_limit: ATTEMPT, ..DeliveryOptions::new(process.to_owned(), rest) };
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
