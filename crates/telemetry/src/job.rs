//! Job counters.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::IntCounterVec;

/// How an attempt at a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobOutcome {
    /// The job is done.
    Completed,
    /// The attempt failed and another one is due.
    Retried,
    /// The job is given up.
    Failed,
    /// The job was cancelled or rejected.
    Cancelled,
}

impl JobOutcome {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Retried => "retried",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Job attempts by type and outcome.
#[derive(Debug, Clone)]
pub struct JobMetrics {
    finished: IntCounterVec,
}

impl JobMetrics {
    /// Registers the family.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self { finished: registry.counter(&names::JOBS_FINISHED_TOTAL)? })
    }

    /// Counts the end of an attempt at a job of type `kind` (`Issuance`, `Deployment`, …).
    pub fn finished(&self, kind: &'static str, outcome: JobOutcome) {
        self.finished.with_label_values(&[kind, outcome.as_str()]).inc();
    }
}
