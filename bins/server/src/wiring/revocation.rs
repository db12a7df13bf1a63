//! What publishes revocations, and tells CAs of them.

use certctl_config::ServerConfig;
use certctl_lifecycle::Lifecycle;
use certctl_repository_diesel::Engine as Database;
use certctl_service::reconcile::{CrlGeneration, RevocationNotices, follow_revocations};
use certctl_service::{CrlOptions, Crls, Foundation, LiveIssuers, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{CrlMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// How often CRLs are looked at that nobody was poked about.
const CRL_CHECK: Duration = Duration::from_secs(30);
/// How often CAs are told again that could not be told.
const NOTICE_CHECK: Duration = Duration::from_secs(30);

/// What the rest of the wiring needs.
pub(super) struct Parts {
    pub(super) crls: Arc<Crls>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

pub(super) fn build(
    config: &ServerConfig,
    life: &Lifecycle,
    base: &Foundation,
    issuers: &Arc<LiveIssuers>,
    wakeups: &Arc<Wakeups>,
    database: Database,
    metrics: &Registry,
) -> anyhow::Result<Parts> {
    let options =
        CrlOptions { validity: config.pki.crl_validity, interval: config.pki.crl_generation_interval };
    let crls =
        Arc::new(Crls::new(base.clone(), Arc::clone(issuers), options, CrlMetrics::register(metrics)?));
    // One process alone knows of its revocations without asking.
    if database == Database::Postgres {
        let (follow, stop) =
            (follow_revocations(base.clone(), Arc::clone(wakeups)), life.tasks().soft().clone());
        life.tasks().spawn("revocations of other servers", async move {
            tokio::select! {
                () = follow => {}
                () = stop.cancelled() => {}
            }
        });
    }
    let tasks: Vec<(Arc<dyn Reconciler>, Duration)> = vec![
        (Arc::new(CrlGeneration::new(Arc::clone(&crls), Arc::clone(wakeups))), CRL_CHECK),
        (
            Arc::new(RevocationNotices::new(base.clone(), Arc::clone(issuers), Arc::clone(wakeups))),
            NOTICE_CHECK,
        ),
    ];
    Ok(Parts { crls, tasks })
}
