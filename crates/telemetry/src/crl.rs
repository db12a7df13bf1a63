//! CRLs as they are made.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{GaugeVec, HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds: a hundred entries take a millisecond, a million take a second.
const BUCKETS: [f64; 8] = [0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// CRLs by issuer.
#[derive(Debug, Clone)]
pub struct CrlMetrics {
    generations: IntCounterVec,
    duration: HistogramVec,
    next_update: GaugeVec,
    number: GaugeVec,
    revoked: GaugeVec,
}

impl CrlMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            generations: registry.counter(&names::CRL_GENERATION_TOTAL)?,
            duration: registry.histogram(&names::CRL_GENERATION_SECONDS, &BUCKETS)?,
            next_update: registry.gauge(&names::CRL_NEXT_UPDATE_TIMESTAMP_SECONDS)?,
            number: registry.gauge(&names::CRL_NUMBER)?,
            revoked: registry.gauge(&names::CRL_REVOKED)?,
        })
    }

    /// Counts an attempt.
    pub fn generated(&self, issuer: &str, success: bool, took: Duration) {
        let result = if success { "success" } else { "failure" };
        self.generations.with_label_values(&[issuer, result]).inc();
        self.duration.with_label_values(&[issuer]).observe(took.as_secs_f64());
    }

    /// Notes the undivided CRL that is served now: number, entries, and Unix time of its end.
    #[expect(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "counts and times stay far below 2^52"
    )]
    pub fn published(&self, issuer: &str, number: i64, entries: u64, next_update: i64) {
        self.number.with_label_values(&[issuer]).set(number as f64);
        self.revoked.with_label_values(&[issuer]).set(entries as f64);
        self.next_update.with_label_values(&[issuer]).set(next_update as f64);
    }
}
