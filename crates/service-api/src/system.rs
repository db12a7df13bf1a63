//! State of the server itself.

use crate::ServiceError;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use std::time::Duration;

/// How the periodic tasks fare, whichever replica runs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulerHealth {
    /// When this was judged.
    pub checked_at: Timestamp,
    /// Every task of this server, by name.
    pub loops: Vec<LoopHealth>,
}

impl SchedulerHealth {
    /// Whether every task gets through.
    pub fn is_healthy(&self) -> bool {
        self.loops.iter().all(|one| one.on_time)
    }
}

/// How one periodic task fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopHealth {
    /// Name.
    pub name: &'static str,
    /// Whether its last success, or the start of this server if that is later, is recent enough.
    pub on_time: bool,
    /// From the beginning of one run to that of the next.
    pub period: Duration,
    /// When it has to have succeeded again.
    pub expected_by: Timestamp,
    /// When it last began.
    pub last_started_at: Option<Timestamp>,
    /// When it last ended well.
    pub last_success_at: Option<Timestamp>,
    /// When it last failed.
    pub last_failure_at: Option<Timestamp>,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Since when the oldest work waits that it has not looked at.
    pub oldest_work_at: Option<Timestamp>,
}

/// Whether the server can do its work, for probes.
#[async_trait]
pub trait SystemService: Send + Sync {
    /// `Unavailable` while starting, stopping or without a database.
    async fn ready(&self) -> Result<(), ServiceError>;
    /// How the periodic tasks fare. `Unavailable` without a database.
    async fn scheduler(&self) -> Result<SchedulerHealth, ServiceError>;
}
