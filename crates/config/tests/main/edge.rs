//! Limits, proxies and other origins.

use crate::support::load;
use certctl_config::section::edge::{Origins, RateLimit};

#[test]
fn identities_have_the_limits_of_addresses_unless_they_have_their_own() {
    let limits = load([]).unwrap().edge.rate_limits.unwrap();
    assert_eq!(limits.address, RateLimit { per_second: 50, burst: 100 });
    assert_eq!(limits.identity, limits.address);
    let own = load([("CERTCTL_RATE_LIMIT_PER_USER_RPS", "5"), ("CERTCTL_RATE_LIMIT_BURST", "7")]).unwrap();
    assert_eq!(own.edge.rate_limits.unwrap().identity, RateLimit { per_second: 5, burst: 7 });
    assert_eq!(load([("CERTCTL_RATE_LIMIT_ENABLED", "false")]).unwrap().edge.rate_limits, None);
}

#[test]
fn nobody_is_trusted_and_no_origin_allowed_by_default() {
    let edge = load([]).unwrap().edge;
    assert!(edge.trusted_proxies.is_empty() && edge.metrics_address.is_none());
    assert_eq!(edge.origins, Origins::Only(Vec::new()));
    let set = load([
        ("CERTCTL_CORS_ORIGINS", "https://a.example, *"),
        ("CERTCTL_TRUSTED_PROXIES", "10.0.0.0/8,::1"),
        ("CERTCTL_METRICS_ADDRESS", "127.0.0.1:9090"),
    ]);
    let edge = set.unwrap().edge;
    assert_eq!((edge.origins, edge.trusted_proxies.len()), (Origins::Any, 2));
    assert!(edge.metrics_address.is_some_and(|address| address.port() == 9090));
    assert!(load([("CERTCTL_TRUSTED_PROXIES", "proxy.example")]).is_err());
}
