//! The configured edge in the terms of the HTTP library, the metrics listener and live events.

use certctl_config::section::edge::{Edge as Settings, Origins, RateLimit};
use certctl_domain::Clock;
use certctl_handler::metrics_only;
use certctl_http_core::{
    Cors, Edge, HotCertificate, HttpCore, Rate, RateLimitOptions, RateLimits, Server, ServerOptions,
    TrustedProxies, Unrecorded, server_config,
};
use certctl_lifecycle::{Explain, Lifecycle};
use certctl_service::Events;
use certctl_service_api::metrics::MetricsService;
use std::sync::Arc;

/// Limits, proxies and other origins.
pub(crate) fn rules(settings: &Settings, clock: &Arc<dyn Clock>) -> Edge {
    let rate = |limit: RateLimit| Rate { per_second: limit.per_second, burst: limit.burst };
    let limits = settings.rate_limits.map(|limits| {
        let options = RateLimitOptions { address: rate(limits.address), identity: rate(limits.identity) };
        Arc::new(RateLimits::new(options, Arc::clone(clock)))
    });
    let cors = match &settings.origins {
        Origins::Any => Cors::Any,
        Origins::Only(origins) if origins.is_empty() => Cors::Deny,
        Origins::Only(origins) => Cors::Only(origins.clone()),
    };
    Edge {
        proxies: TrustedProxies::new(settings.trusted_proxies.iter().copied()),
        cors,
        limits,
        replays: None,
    }
}

/// The listener that serves only metrics, if one is wanted. A loopback address needs no key and no
/// TLS, because only the host itself can ask; every other one needs both.
pub(crate) fn metrics_listener(
    settings: &Settings,
    core: &HttpCore,
    metrics: &Arc<dyn MetricsService>,
    certificate: &Arc<HotCertificate>,
) -> anyhow::Result<Option<Server>> {
    let Some(address) = settings.metrics_address else { return Ok(None) };
    let open = address.ip().to_canonical().is_loopback();
    let routes = metrics_only(Arc::clone(metrics), open);
    // Scrapes of the host itself are neither limited nor recorded.
    let core = Arc::new(if open {
        HttpCore { edge: Edge::default(), calls: Arc::new(Unrecorded), ..core.clone() }
    } else {
        core.clone()
    });
    let options =
        ServerOptions { workers: Some(1), ..ServerOptions::new(address.ip().to_string(), address.port()) };
    let server = if open {
        Server::bind_plain(&options, &core, routes)
    } else {
        Server::bind(&options, server_config(Arc::clone(certificate))?, &core, routes)
    };
    server.map(Some).hint("choose another address with CERTCTL_METRICS_ADDRESS, or unset it")
}

/// Follows live events until no new work may start.
pub(crate) fn follow(life: &Lifecycle, events: Events) {
    let stop = life.tasks().soft().clone();
    life.tasks().spawn("live events", async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = events.follow() => {}
        }
    });
}
