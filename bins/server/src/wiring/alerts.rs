//! What makes notifications: the routing of alerts, and what time alone gives rise to.

use certctl_config::ServerConfig;
use certctl_service::{ApprovalReminders, ExpiryAlerts, Foundation, NotificationRouter, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{ExpiryAlertMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// How often alerts are looked for that nobody was poked about, such as those of other replicas.
const ROUTING_CHECK: Duration = Duration::from_secs(30);

/// The reconcilers with their periods.
pub(super) fn tasks(
    config: &ServerConfig,
    base: &Foundation,
    wakeups: &Arc<Wakeups>,
    metrics: &Registry,
) -> anyhow::Result<Vec<(Arc<dyn Reconciler>, Duration)>> {
    let told = Arc::new(ExpiryAlertMetrics::register(metrics)?);
    Ok(vec![
        (Arc::new(NotificationRouter::new(base.clone(), Arc::clone(wakeups))), ROUTING_CHECK),
        (
            Arc::new(ExpiryAlerts::new(base.clone(), Arc::clone(wakeups), told)),
            config.scheduler.renewal_check,
        ),
        (
            Arc::new(ApprovalReminders::new(base.clone(), config.jobs.awaiting_approval_timeout)),
            config.scheduler.job_timeout,
        ),
    ])
}
