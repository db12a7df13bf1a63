//! Alerts about the ends of certificates.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::IntCounterVec;

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpiryAlertResult {
    /// It is queued for its channel.
    Success,
    /// It could not be queued.
    Failure,
    /// It was told before.
    Deduped,
}

impl ExpiryAlertResult {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Deduped => "deduped",
        }
    }
}

/// Expiry alerts by kind of channel, threshold and result.
#[derive(Debug, Clone)]
pub struct ExpiryAlertMetrics {
    alerts: IntCounterVec,
}

impl ExpiryAlertMetrics {
    /// Registers the family.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self { alerts: registry.counter(&names::EXPIRY_ALERTS_TOTAL)? })
    }

    /// Counts an alert over a channel of kind `channel` about a threshold in days.
    pub fn told(&self, channel: &str, threshold_days: u32, result: ExpiryAlertResult) {
        self.alerts.with_label_values(&[channel, &*threshold_days.to_string(), result.as_str()]).inc();
    }

    /// Counts a look at a certificate that failed before its channels and thresholds were known.
    pub fn failed(&self) {
        self.alerts.with_label_values(&["unknown", "unknown", ExpiryAlertResult::Failure.as_str()]).inc();
    }
}
