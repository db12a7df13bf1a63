//! Metrics of the log of API calls.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::IntCounter;

/// What the log could not keep.
#[derive(Debug, Clone)]
pub struct CallLogMetrics {
    dropped: IntCounter,
}

impl CallLogMetrics {
    /// Registers the family.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        let dropped = registry.counter(&names::API_CALL_LOG_DROPPED_TOTAL)?;
        Ok(Self { dropped: dropped.with_label_values::<&str>(&[]) })
    }

    /// Counts calls that could not be recorded.
    pub fn dropped(&self, calls: u64) {
        self.dropped.inc_by(calls);
    }
}
