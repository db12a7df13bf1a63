//! The configured edge in the terms of the HTTP library.

use certctl_config::section::edge::{Edge as Settings, Origins, RateLimit};
use certctl_domain::Clock;
use certctl_http_core::{Cors, Edge, Rate, RateLimitOptions, RateLimits, TrustedProxies};
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
    Edge { proxies: TrustedProxies::new(settings.trusted_proxies.iter().copied()), cors, limits }
}
