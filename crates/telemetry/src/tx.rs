//! Transaction metrics.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds: a transaction is short, a busy pool is not.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TxOutcome {
    /// Committed.
    Committed,
    /// Rolled back because its body refused.
    RolledBack,
    /// Given up after it lost to others on every attempt.
    Contended,
    /// The database failed or could not be reached.
    Failed,
}

impl TxOutcome {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::RolledBack => "rolled_back",
            Self::Contended => "contended",
            Self::Failed => "failed",
        }
    }
}

/// Transactions by name.
#[derive(Debug, Clone)]
pub struct TxMetrics {
    total: IntCounterVec,
    attempts: IntCounterVec,
    wait: HistogramVec,
    duration: HistogramVec,
}

impl TxMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            total: registry.counter(&names::TX_TOTAL)?,
            attempts: registry.counter(&names::TX_ATTEMPTS_TOTAL)?,
            wait: registry.histogram(&names::TX_WAIT_SECONDS, &BUCKETS)?,
            duration: registry.histogram(&names::TX_DURATION_SECONDS, &BUCKETS)?,
        })
    }

    /// Counts one transaction: it waited for `wait`, was begun `attempts` times and took
    /// `duration` from the first begin to its end.
    pub fn record(
        &self,
        name: &'static str,
        outcome: TxOutcome,
        attempts: u32,
        wait: Duration,
        duration: Duration,
    ) {
        self.total.with_label_values(&[name, outcome.as_str()]).inc();
        self.attempts.with_label_values(&[name]).inc_by(u64::from(attempts));
        self.wait.with_label_values(&[name]).observe(wait.as_secs_f64());
        self.duration.with_label_values(&[name]).observe(duration.as_secs_f64());
    }
}
