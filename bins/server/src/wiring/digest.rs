//! The digest and the loop that sends it.

use certctl_config::ServerConfig;
use certctl_domain::notification::DigestSchedule;
use certctl_service::reconcile::Digest;
use certctl_service::{DigestOptions, Digests, Foundation, Wakeups};
use certctl_service_api::digest::DigestService;
use certctl_service_api::engine::Reconciler;
use std::sync::Arc;
use std::time::Duration;

/// How often a digest that is due and could not be queued is tried again.
const CHECK: Duration = Duration::from_mins(5);

pub(super) type Task = (Arc<dyn Reconciler>, Duration);

/// The use cases, and the loop when digests are switched on.
pub(super) fn build(
    config: &ServerConfig,
    base: &Foundation,
    wakeups: &Arc<Wakeups>,
) -> (Arc<dyn DigestService>, Option<Task>) {
    let options = DigestOptions {
        enabled: config.digest.enabled,
        schedule: DigestSchedule { interval: config.digest.interval, hour: config.digest.hour },
        recipients: config.digest.recipients.clone(),
        owners: config.digest.owners,
    };
    let digests = Digests::new(base.clone(), Arc::clone(wakeups), options);
    let task: Arc<dyn Reconciler> = Arc::new(Digest::new(digests.clone()));
    (Arc::new(digests), config.digest.enabled.then_some((task, CHECK)))
}
