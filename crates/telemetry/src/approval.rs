//! Decisions about approval requests.

use crate::names;
use crate::registry::{MetricsError, Registry};
use prometheus::{HistogramVec, IntCounterVec};
use std::time::Duration;

/// Upper bounds in seconds: from a minute to a day.
const BUCKETS: [f64; 6] = [60.0, 300.0, 1_800.0, 3_600.0, 21_600.0, 86_400.0];

/// How an approval request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalOutcome {
    /// A second person agreed.
    Approved,
    /// A second person refused.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Approvals were switched off.
    Bypassed,
}

impl ApprovalOutcome {
    /// Label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Bypassed => "bypassed",
        }
    }
}

/// Decisions by outcome and profile, and how long requests waited for them.
#[derive(Debug, Clone)]
pub struct ApprovalCounters {
    decisions: IntCounterVec,
    age: HistogramVec,
}

impl ApprovalCounters {
    /// Registers the families.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            decisions: registry.counter(&names::APPROVAL_DECISIONS_TOTAL)?,
            age: registry.histogram(&names::APPROVAL_PENDING_AGE_SECONDS, &BUCKETS)?,
        })
    }

    /// Counts a decision about a request of `profile_id`, the one label here that is an id: profiles
    /// are made by administrators, and there are few. A bypassed request has not waited.
    pub fn decided(&self, outcome: ApprovalOutcome, profile_id: &str, waited: Duration) {
        self.decisions.with_label_values(&[outcome.as_str(), profile_id]).inc();
        if outcome != ApprovalOutcome::Bypassed {
            self.age.with_label_values::<&str>(&[]).observe(waited.as_secs_f64());
        }
    }
}
