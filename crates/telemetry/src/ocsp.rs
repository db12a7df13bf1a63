//! Counters of the OCSP responder.

use crate::counters::CounterSnapshot;
use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Upper bounds in seconds: memory, a signature, the database.
const BUCKETS: [f64; 10] = [0.00005, 0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0];

/// Where an answer without a nonce came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheResult {
    /// Memory.
    Hit,
    /// The database.
    Stored,
    /// It was signed.
    Miss,
}

impl CacheResult {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stored => "stored",
            Self::Miss => "miss",
        }
    }
}

/// Times and cache results of the responder.
#[derive(Debug, Clone)]
pub struct OcspMetrics {
    cache: IntCounterVec,
    duration: HistogramVec,
    responses: IntCounterVec,
}

impl OcspMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        let duration = registry.histogram(&names::OCSP_DURATION_SECONDS, &BUCKETS)?;
        // Shown before the first answer, too.
        let _ = duration.with_label_values::<&str>(&[]);
        Ok(Self {
            cache: registry.counter(&names::OCSP_CACHE_TOTAL)?,
            duration,
            responses: registry.counter(&names::OCSP_RESPONSE_TOTAL)?,
        })
    }

    /// Counts an answer by where it came from.
    pub fn cache(&self, result: CacheResult) {
        self.cache.with_label_values(&[result.as_str()]).inc();
    }

    /// The beginning of an answer.
    pub fn start(&self) -> Instant {
        Instant::now()
    }

    /// Notes how long an answer took.
    pub fn answered(&self, took: Duration) {
        self.duration.with_label_values::<&str>(&[]).observe(took.as_secs_f64());
    }

    /// Counts what was said of one certificate: `good`, `revoked` or `unknown`.
    pub fn said(&self, issuer: &str, status: &str) {
        self.responses.with_label_values(&[issuer, status]).inc();
    }
}

/// What happens to an OCSP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OcspEvent {
    /// It came in a GET.
    RequestGet,
    /// It came in a POST.
    RequestPost,
    /// It was answered.
    RequestSuccess,
    /// It could not be read.
    RequestInvalid,
    /// Its issuer is none of ours.
    IssuerNotFound,
    /// Its serial number is none of ours.
    CertNotFound,
    /// The answer could not be signed.
    SigningFailed,
    /// Its nonce was put into the answer.
    NonceEchoed,
    /// Its nonce was malformed.
    NonceMalformed,
    /// It came too soon after others.
    RateLimited,
}

impl OcspEvent {
    /// Every event.
    pub const ALL: [Self; 10] = [
        Self::RequestGet,
        Self::RequestPost,
        Self::RequestSuccess,
        Self::RequestInvalid,
        Self::IssuerNotFound,
        Self::CertNotFound,
        Self::SigningFailed,
        Self::NonceEchoed,
        Self::NonceMalformed,
        Self::RateLimited,
    ];

    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestGet => "request_get",
            Self::RequestPost => "request_post",
            Self::RequestSuccess => "request_success",
            Self::RequestInvalid => "request_invalid",
            Self::IssuerNotFound => "issuer_not_found",
            Self::CertNotFound => "cert_not_found",
            Self::SigningFailed => "signing_failed",
            Self::NonceEchoed => "nonce_echoed",
            Self::NonceMalformed => "nonce_malformed",
            Self::RateLimited => "rate_limited",
        }
    }
}

/// One counter per event; counting is one atomic operation. The same object is given to the
/// responder that counts and to the registry that shows.
#[derive(Debug, Default)]
pub struct OcspCounters([AtomicU64; 10]);

impl OcspCounters {
    /// Counts one event.
    pub fn count(&self, event: OcspEvent) {
        for (counter, known) in self.0.iter().zip(OcspEvent::ALL) {
            if known == event {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl CounterSnapshot for OcspCounters {
    fn snapshot(&self) -> BTreeMap<String, u64> {
        let counts = self.0.iter().map(|counter| counter.load(Ordering::Relaxed));
        OcspEvent::ALL.iter().map(|event| event.as_str().to_owned()).zip(counts).collect()
    }
}
