//! What stands between the network and the API: limits, proxies, other origins, the metrics listener.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use ipnet::IpNet;
use std::net::SocketAddr;

const MOST: u64 = 1_000_000;

const ENABLED: Key = Key::new(
    "CERTCTL_RATE_LIMIT_ENABLED",
    "edge.rate_limit_enabled",
    Kind::Flag,
    "Whether requests are limited per client address and per identity; see `docs/operator/edge.md`.",
)
.or("true");
const RPS: Key = Key::new(
    "CERTCTL_RATE_LIMIT_RPS",
    "edge.rate_limit_rps",
    Kind::Integer { min: 1, max: MOST },
    "Requests per second and client address, for what no known credential pays for.",
)
.or("50");
const BURST: Key = Key::new(
    "CERTCTL_RATE_LIMIT_BURST",
    "edge.rate_limit_burst",
    Kind::Integer { min: 1, max: MOST },
    "Requests at once and client address.",
)
.or("100");
const PER_USER_RPS: Key = Key::new(
    "CERTCTL_RATE_LIMIT_PER_USER_RPS",
    "edge.rate_limit_per_user_rps",
    Kind::Integer { min: 0, max: MOST },
    "Requests per second and identity (person, machine or agent). `0` means `CERTCTL_RATE_LIMIT_RPS`.",
)
.or("0");
const PER_USER_BURST: Key = Key::new(
    "CERTCTL_RATE_LIMIT_PER_USER_BURST",
    "edge.rate_limit_per_user_burst",
    Kind::Integer { min: 0, max: MOST },
    "Requests at once and identity. `0` means `CERTCTL_RATE_LIMIT_BURST`.",
)
.or("0");
const TRUSTED_PROXIES: Key = Key::new(
    "CERTCTL_TRUSTED_PROXIES",
    "edge.trusted_proxies",
    Kind::NetworkList,
    "Proxies whose `X-Forwarded-For` or `Forwarded` header tells the client's address. Without it nobody is believed.",
)
.example("10.0.0.0/8,192.168.1.7");
const CORS_ORIGINS: Key = Key::new(
    "CERTCTL_CORS_ORIGINS",
    "edge.cors_origins",
    Kind::OriginList,
    "Origins whose pages may read the API, compared exactly; `*` is every origin. Without it none may.",
)
.example("https://console.example.com");
const METRICS_ADDRESS: Key = Key::new(
    "CERTCTL_METRICS_ADDRESS",
    "edge.metrics_address",
    Kind::SocketAddress,
    "A further listener that serves only `/metrics`. On a loopback address it speaks plain HTTP and asks for no key; elsewhere it speaks HTTPS and asks for a key that may read metrics.",
)
.example("127.0.0.1:9090");

pub(crate) const KEYS: &[Key] =
    &[ENABLED, RPS, BURST, PER_USER_RPS, PER_USER_BURST, TRUSTED_PROXIES, CORS_ORIGINS, METRICS_ADDRESS];

/// How often one client may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Per second, in the long run.
    pub per_second: u32,
    /// At once.
    pub burst: u32,
}

/// Limits of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Per client address.
    pub address: RateLimit,
    /// Per identity.
    pub identity: RateLimit,
}

/// Which origins may read answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every one.
    Any,
    /// These; none when empty.
    Only(Vec<String>),
}

/// The edge of the server.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Limits; absent when switched off.
    pub rate_limits: Option<RateLimits>,
    /// Networks of proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Other origins.
    pub origins: Origins,
    /// Where only metrics are served.
    pub metrics_address: Option<SocketAddr>,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Edge {
    let enabled = reader.value(&ENABLED, value::flag);
    let address = RateLimit { per_second: reader.integer(&RPS), burst: reader.integer(&BURST) };
    let or = |own: u32, other: u32| if own == 0 { other } else { own };
    let identity = RateLimit {
        per_second: or(reader.integer(&PER_USER_RPS), address.per_second),
        burst: or(reader.integer(&PER_USER_BURST), address.burst),
    };
    let trusted_proxies = reader.value(&TRUSTED_PROXIES, value::networks);
    let origins = reader.value(&CORS_ORIGINS, value::origins);
    Edge {
        rate_limits: enabled.then_some(RateLimits { address, identity }),
        trusted_proxies,
        origins: if origins.iter().any(|origin| origin == "*") {
            Origins::Any
        } else {
            Origins::Only(origins)
        },
        metrics_address: reader.optional(&METRICS_ADDRESS, value::socket_address),
    }
}
