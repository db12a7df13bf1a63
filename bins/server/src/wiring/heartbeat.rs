//! The heartbeat to a watcher outside.

use crate::heartbeat::HttpWatcher;
use anyhow::Context as _;
use certctl_config::ServerConfig;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_outbound::{Address, Outbound};
use certctl_service::Loops;
use certctl_service::reconcile::Heartbeat;
use certctl_service_api::engine::Reconciler;
use std::sync::Arc;
use std::time::Duration;

/// How often the watcher is told that all is well.
const PERIOD: Duration = Duration::from_mins(1);
/// Longest time of one heartbeat.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// The task, when there is a watcher. It may connect where channels may, and trusts what they trust.
pub(super) fn task(
    config: &ServerConfig,
    env: &NotifierEnv,
    loops: &Arc<Loops>,
) -> anyhow::Result<Option<(Arc<dyn Reconciler>, Duration)>> {
    let Some(url) = &config.monitoring.heartbeat_url else { return Ok(None) };
    let address = Address::parse(url.expose()).context("CERTCTL_HEARTBEAT_URL cannot be used")?;
    let outbound = Outbound::builder()
        .policy(env.egress.clone())
        .timeout(TIME_LIMIT)
        .extra_roots_pem(env.extra_roots_pem.clone())
        .build()
        .context("the client of CERTCTL_HEARTBEAT_URL cannot be made")?;
    let watcher = Arc::new(HttpWatcher::new(address, outbound));
    Ok(Some((Arc::new(Heartbeat::new(Arc::clone(loops), watcher)), PERIOD)))
}
