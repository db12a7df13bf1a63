//! Metrics of the periodic tasks.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{GaugeVec, IntCounterVec};
use std::time::Duration;

/// How a run of a periodic task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunResult {
    /// It did all it had to.
    Success,
    /// It failed, wholly or in part.
    Failure,
    /// Another replica holds the lease.
    Skipped,
}

impl RunResult {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
        }
    }
}

/// Runs by task.
#[derive(Debug, Clone)]
pub struct SchedulerMetrics {
    runs: IntCounterVec,
    last_success: GaugeVec,
}

impl SchedulerMetrics {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            runs: registry.counter(&names::SCHEDULER_RUNS_TOTAL)?,
            last_success: registry.gauge(&names::SCHEDULER_LAST_SUCCESS_TIMESTAMP_SECONDS)?,
        })
    }

    /// Counts a run of `task` that ended `since_epoch` after 1970-01-01T00:00:00Z.
    pub fn record(&self, task: &'static str, result: RunResult, since_epoch: Duration) {
        self.runs.with_label_values(&[task, result.as_str()]).inc();
        if result == RunResult::Success {
            self.last_success.with_label_values(&[task]).set(since_epoch.as_secs_f64());
        }
    }
}
