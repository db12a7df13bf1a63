//! What publishes revocations, and tells CAs of them.

use crate::crl_source::HttpCrlSource;
use anyhow::Context as _;
use certctl_config::ServerConfig;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_lifecycle::Lifecycle;
use certctl_outbound::Outbound;
use certctl_pki::crl::MAX_CRL_BYTES;
use certctl_repository_diesel::Engine as Database;
use certctl_service::reconcile::{CrlGeneration, RevocationNotices, ServedRevocation, follow_revocations};
use certctl_service::{CrlOptions, Crls, Foundation, LiveIssuers, Wakeups};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{CrlMetrics, Registry};
use std::sync::Arc;
use std::time::Duration;

/// How often CRLs are looked at that nobody was poked about.
const CRL_CHECK: Duration = Duration::from_secs(30);
/// How often CAs are told again that could not be told.
const NOTICE_CHECK: Duration = Duration::from_secs(30);

/// How often CRLs of others are looked for that are due; each is read once an hour.
const WATCH_CHECK: Duration = Duration::from_mins(1);
/// Longest time of fetching one.
const FETCH_LIMIT: Duration = Duration::from_mins(1);

/// What the rest of the wiring needs.
pub(super) struct Parts {
    pub(super) crls: Arc<Crls>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

#[expect(clippy::too_many_arguments, reason = "the wiring hands over what it has")]
pub(super) fn build(
    config: &ServerConfig,
    life: &Lifecycle,
    base: &Foundation,
    issuers: &Arc<LiveIssuers>,
    wakeups: &Arc<Wakeups>,
    database: Database,
    env: &NotifierEnv,
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
    let outbound = Outbound::builder()
        .policy(env.egress.clone())
        .timeout(FETCH_LIMIT)
        .body_limit(MAX_CRL_BYTES)
        .extra_roots_pem(env.extra_roots_pem.clone())
        .build()
        .context("the client that fetches CRLs cannot be made")?;
    let source = Arc::new(HttpCrlSource(outbound));
    let tasks: Vec<(Arc<dyn Reconciler>, Duration)> = vec![
        (Arc::new(CrlGeneration::new(Arc::clone(&crls), Arc::clone(wakeups))), CRL_CHECK),
        (
            Arc::new(RevocationNotices::new(base.clone(), Arc::clone(issuers), Arc::clone(wakeups))),
            NOTICE_CHECK,
        ),
        (Arc::new(ServedRevocation::new(base.clone(), source, Arc::clone(wakeups))), WATCH_CHECK),
    ];
    Ok(Parts { crls, tasks })
}
