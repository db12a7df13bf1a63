//! What relying parties are served: CRLs, OCSP and CA certificates, over TLS and without.

use certctl_config::ServerConfig;
use certctl_config::section::relying_party::RelyingParty as Settings;
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use certctl_handler_enroll::{OcspEntry, PkiRoutes};
use certctl_http_core::{AddressLimit, HttpCore, Server, ServerOptions, Unrecorded};
use certctl_lifecycle::{Explain, Lifecycle};
use certctl_service::{
    Crls, Foundation, LiveIssuers, NonIssued, Ocsp, OcspOptions, OcspUpkeep, RelyingParties, Secrets,
};
use certctl_service_api::engine::Reconciler;
use certctl_telemetry::{OcspCounters, OcspMetrics, Registry, names};
use std::sync::Arc;
use std::time::Duration;

/// What the server consists of here.
pub(super) struct RelyingPartyParts {
    pub(super) routes: PkiRoutes,
    pub(super) ocsp: Arc<Ocsp>,
    pub(super) tasks: Vec<(Arc<dyn Reconciler>, Duration)>,
}

/// Makes the responder and starts what follows the revocations.
pub(super) fn build(
    config: &ServerConfig,
    life: &Lifecycle,
    base: &Foundation,
    (issuers, secrets): (&Arc<LiveIssuers>, &Secrets),
    crls: &Arc<Crls>,
    metrics: &Registry,
) -> anyhow::Result<RelyingPartyParts> {
    let settings = &config.relying_party.ocsp;
    // The responder counts in the same object that is shown.
    let counters = Arc::new(OcspCounters::default());
    metrics.expose(&names::OCSP_COUNTER_TOTAL, Arc::clone(&counters) as _)?;
    let ocsp = Ocsp::new(
        base.clone(),
        Arc::clone(issuers),
        secrets.clone(),
        options(&config.relying_party),
        Arc::clone(&counters),
        OcspMetrics::register(metrics)?,
    );
    follow(life, ocsp.clone());
    let per_minute = settings.per_address_minute;
    let limit = (per_minute > 0).then(|| AddressLimit::per_minute(per_minute, Arc::clone(&base.clock)));
    let service = Arc::new(RelyingParties::new(base.clone(), Arc::clone(crls), ocsp.clone()));
    let routes = PkiRoutes::new(service, Arc::new(OcspEntry { counters, limit }));
    let upkeep: Arc<dyn Reconciler> = Arc::new(OcspUpkeep::new(ocsp.clone()));
    Ok(RelyingPartyParts { routes, ocsp: Arc::new(ocsp), tasks: vec![(upkeep, settings.refresh)] })
}

/// The listener without TLS, if one is wanted. Nobody can be somebody on it, so its calls are not
/// recorded.
pub(super) fn listener(
    config: &ServerConfig,
    core: &HttpCore,
    routes: &PkiRoutes,
) -> anyhow::Result<Option<Server>> {
    let Some(address) = config.relying_party.http_listen else { return Ok(None) };
    let core = Arc::new(HttpCore { calls: Arc::new(Unrecorded), ..core.clone() });
    let options = ServerOptions {
        drain: config.shutdown.grace,
        ..ServerOptions::new(address.ip().to_string(), address.port())
    };
    let routes = routes.clone();
    Server::bind_plain(&options, &core, move |config| routes.configure_alone(config))
        .map(Some)
        .hint("choose another address with CERTCTL_PKI_HTTP_LISTEN, or unset it")
}

fn follow(life: &Lifecycle, ocsp: Ocsp) {
    let stop = life.tasks().soft().clone();
    life.tasks().spawn("revocations", async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = ocsp.follow() => {}
        }
    });
}

fn options(settings: &Settings) -> OcspOptions {
    let ocsp = &settings.ocsp;
    OcspOptions {
        validity: ocsp.validity,
        responder_validity: ocsp.responder_validity,
        rotation_grace: ocsp.rotation_grace,
        responder_key: key(ocsp.key_algorithm),
        non_issued: if ocsp.non_issued_is_revoked { NonIssued::Revoked } else { NonIssued::Unknown },
        ..OcspOptions::default()
    }
}

/// Absent for `auto`.
fn key(name: &str) -> Option<KeySpec> {
    let (algorithm, size) = match name {
        "P-256" => (KeyAlgorithm::Ecdsa, 256),
        "P-384" => (KeyAlgorithm::Ecdsa, 384),
        "RSA-2048" => (KeyAlgorithm::Rsa, 2048),
        "RSA-3072" => (KeyAlgorithm::Rsa, 3072),
        "RSA-4096" => (KeyAlgorithm::Rsa, 4096),
        "Ed25519" => (KeyAlgorithm::Ed25519, 256),
        _ => return None,
    };
    Some(KeySpec { algorithm, size })
}
