//! Who may ask how often: by address before anybody is known, by identity afterwards.
//!
//! A host with hundreds of agents behind one address must not be starved by that address, so an
//! address pays only for what is not known to be somebody's: public routes, and requests whose
//! credential has not been good within the last minutes. Everything else is charged to the
//! identity. Failed authentications have a smaller bucket of their own.

use crate::RequestInfo;
use crate::bucket::{Buckets, Quota, Rate};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use certctl_domain::Clock;
use certctl_service_api::{Actor, Identity, ServiceError};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// Most addresses or identities that are told apart, per kind of bucket.
const MOST_BUCKETS: usize = 50_000;
/// Most good credentials that are remembered.
const MOST_CREDENTIALS: usize = 50_000;
/// How long a credential counts as good after it was last used.
const REMEMBERED: Duration = Duration::from_mins(10);

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The rates of [`RateLimits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitOptions {
    /// Per address, separately for public routes, probes and the API.
    pub address: Rate,
    /// Per identity.
    pub identity: Rate,
}

impl RateLimitOptions {
    /// Failed authentications per address: a tenth of the rate, a fifth of the burst.
    fn failures(self) -> Rate {
        Rate { per_second: (self.address.per_second / 10).max(1), burst: (self.address.burst / 5).max(1) }
    }
}

/// Every bucket of one server. Memory is bounded, whatever comes.
pub struct RateLimits {
    clock: Arc<dyn Clock>,
    probes: Buckets<IpAddr>,
    public: Buckets<IpAddr>,
    unknown: Buckets<IpAddr>,
    failures: Buckets<IpAddr>,
    identities: Buckets<String>,
    /// When credentials were last good, by a hash that is worth nothing outside this process.
    good: Mutex<HashMap<u64, i64>>,
    hasher: RandomState,
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimits").finish_non_exhaustive()
    }
}

/// A limit per address for routes that refuse in their own way.
pub struct AddressLimit {
    clock: Arc<dyn Clock>,
    calls: Buckets<IpAddr>,
}

impl fmt::Debug for AddressLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressLimit").finish_non_exhaustive()
    }
}

impl AddressLimit {
    /// So many calls at once, and as many again evenly over each minute.
    pub fn per_minute(calls: u32, clock: Arc<dyn Clock>) -> Self {
        Self { clock, calls: Buckets::spread(calls, Duration::from_mins(1), MOST_BUCKETS) }
    }

    /// Charges the client of a request; gives the time to wait when it came too early.
    pub fn charge(&self, request: &RequestInfo) -> Result<(), Duration> {
        let Some(client) = request.client else { return Ok(()) };
        let quota = self.calls.take(network_of(client), self.clock.now().unix_micros());
        if quota.is_allowed() { Ok(()) } else { Err(quota.retry_after) }
    }
}

/// What a request is charged to when it has no identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// A probe of an orchestrator or load balancer: a crowd of clients behind the same proxy must not
    /// make the server look dead.
    Probe,
    /// A public route, or none.
    Public,
    /// The API, before authentication.
    Unknown,
}

impl RateLimits {
    /// Limits by `clock`.
    pub fn new(options: RateLimitOptions, clock: Arc<dyn Clock>) -> Self {
        let by_address = || Buckets::new(options.address, MOST_BUCKETS);
        Self {
            clock,
            probes: by_address(),
            public: by_address(),
            unknown: by_address(),
            failures: Buckets::new(options.failures(), MOST_BUCKETS),
            identities: Buckets::new(options.identity, MOST_BUCKETS),
            good: Mutex::default(),
            hasher: RandomState::new(),
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().unix_micros()
    }

    /// Charges an address.
    pub(crate) fn stranger(&self, kind: Stranger, address: IpAddr) -> Quota {
        let (address, now) = (network_of(address), self.now());
        match kind {
            Stranger::Probe => self.probes.take(address, now),
            Stranger::Public => self.public.take(address, now),
            Stranger::Unknown => {
                let failed = self.failures.look(&address, now);
                if failed.is_allowed() { self.unknown.take(address, now) } else { failed }
            }
        }
    }

    /// Charges an identity. Callers without one are charged by their address alone.
    pub(crate) fn caller(&self, actor: &Actor) -> Option<Quota> {
        match &actor.identity {
            Identity::System => None,
            Identity::Key { .. } | Identity::Agent { .. } => {
                Some(self.identities.take(actor.principal().to_owned(), self.now()))
            }
        }
    }

    /// Notes a failed authentication.
    pub(crate) fn failed(&self, address: IpAddr) -> Quota {
        self.failures.take(network_of(address), self.now())
    }

    /// Whether a credential was good a short while ago.
    pub(crate) fn is_known(&self, credential: &[u8]) -> bool {
        let (now, key) = (self.now(), self.hasher.hash_one(credential));
        self.good.lock().get(&key).is_some_and(|last| now - last < lifetime())
    }

    /// Notes that a credential is good.
    pub(crate) fn remember(&self, credential: &[u8]) {
        let (now, key) = (self.now(), self.hasher.hash_one(credential));
        let mut good = self.good.lock();
        if good.len() >= MOST_CREDENTIALS && !good.contains_key(&key) {
            good.retain(|_, last| now - *last < lifetime());
            if good.len() >= MOST_CREDENTIALS {
                return;
            }
        }
        good.insert(key, now);
    }

    /// Forgets a credential that is not good any more.
    pub(crate) fn forget(&self, credential: &[u8]) {
        self.good.lock().remove(&self.hasher.hash_one(credential));
    }
}

fn lifetime() -> i64 {
    i64::try_from(REMEMBERED.as_micros()).unwrap_or(i64::MAX)
}

/// One subscriber's worth of addresses: an IPv6 client has a whole /64 to itself.
fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The error of a call that comes too early.
pub(crate) fn checked(quota: Quota) -> Result<(), ServiceError> {
    if quota.is_allowed() { Ok(()) } else { Err(ServiceError::Throttled { retry_after: quota.retry_after }) }
}

/// Tells the caller where it stands.
pub(crate) fn describe(quota: Quota, headers: &mut HeaderMap) {
    let seconds = u64::try_from(quota.reset.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX);
    headers.insert(LIMIT, HeaderValue::from(quota.limit));
    headers.insert(REMAINING, HeaderValue::from(quota.remaining));
    headers.insert(RESET, HeaderValue::from(seconds));
}
