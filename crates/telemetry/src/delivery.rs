//! Attempts at notifications.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds; the last is the longest attempt.
const BUCKETS: [f64; 8] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Attempts by kind of channel (`Email`, `Slack`, …).
#[derive(Debug, Clone)]
pub struct DeliveryMetrics {
    attempts: IntCounterVec,
    no_notifier: IntCounterVec,
    duration: HistogramVec,
}

impl DeliveryMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            attempts: registry.counter(&names::NOTIFICATION_ATTEMPTS_TOTAL)?,
            no_notifier: registry.counter(&names::NOTIFICATION_NO_NOTIFIER_TOTAL)?,
            duration: registry.histogram(&names::NOTIFICATION_DELIVERY_DURATION_SECONDS, &BUCKETS)?,
        })
    }

    /// Counts a recorded attempt (`delivered`, `failed`, `dead`, `no_notifier`).
    pub fn attempted(&self, channel: &'static str, result: &'static str) {
        self.attempts.with_label_values(&[channel, result]).inc();
    }

    /// Counts a notification that reached nobody.
    pub fn had_no_notifier(&self, channel: &'static str) {
        self.no_notifier.with_label_values(&[channel]).inc();
    }

    /// Notes how long a channel took for an attempt.
    pub fn took(&self, channel: &'static str, duration: Duration) {
        self.duration.with_label_values(&[channel]).observe(duration.as_secs_f64());
    }
}
