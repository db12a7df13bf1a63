//! Issuance counters per issuer type.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds: a local CA answers in milliseconds, an ACME order in minutes.
const BUCKETS: [f64; 11] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0];

/// Kind of an issuance failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// No answer in time.
    Timeout,
    /// Credentials were refused.
    Auth,
    /// The issuer asked for a pause.
    RateLimited,
    /// The request, or what came back, breaks a rule.
    Validation,
    /// The issuer failed (HTTP 5xx).
    Upstream5xx,
    /// The issuer refused for another reason (HTTP 4xx).
    Upstream4xx,
    /// No connection: name, route, TLS handshake.
    Network,
    /// Anything else.
    Other,
}

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Auth,
        Self::RateLimited,
        Self::Validation,
        Self::Upstream5xx,
        Self::Upstream4xx,
        Self::Network,
        Self::Other,
    ];

    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Auth => "auth",
            Self::RateLimited => "rate_limited",
            Self::Validation => "validation",
            Self::Upstream5xx => "upstream_5xx",
            Self::Upstream4xx => "upstream_4xx",
            Self::Network => "network",
            Self::Other => "other",
        }
    }

    /// Class of a failed HTTP exchange by its status code.
    pub const fn from_http_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Auth,
            408 | 504 => Self::Timeout,
            429 => Self::RateLimited,
            400..=499 => Self::Upstream4xx,
            500..=599 => Self::Upstream5xx,
            _ => Self::Other,
        }
    }
}

/// Issuances by issuer type.
#[derive(Debug, Clone)]
pub struct IssuanceMetrics {
    total: IntCounterVec,
    failures: IntCounterVec,
    duration: HistogramVec,
}

impl IssuanceMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            total: registry.counter(&names::ISSUANCE_TOTAL)?,
            failures: registry.counter(&names::ISSUANCE_FAILURES_TOTAL)?,
            duration: registry.histogram(&names::ISSUANCE_DURATION_SECONDS, &BUCKETS)?,
        })
    }

    /// Counts one issuance or renewal that took `elapsed`.
    pub fn record(&self, issuer_type: &'static str, outcome: Result<(), ErrorClass>, elapsed: Duration) {
        let result = if outcome.is_ok() { "success" } else { "failure" };
        self.total.with_label_values(&[issuer_type, result]).inc();
        self.duration.with_label_values(&[issuer_type]).observe(elapsed.as_secs_f64());
        if let Err(class) = outcome {
            self.failures.with_label_values(&[issuer_type, class.as_str()]).inc();
        }
    }
}
