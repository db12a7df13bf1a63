//! Figures about the whole installation. Days are days in UTC; archived certificates never count.

use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::statistics::InventoryCounts;
use certctl_domain::{Day, Timestamp};

/// Most days a figure per day can be asked for.
pub const MOST_DAYS: u32 = 365;
/// Days when none are asked for.
pub const USUAL_DAYS: u32 = 30;

/// The figures of the dashboard, all of the same instant. Plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Certificates; expiring ones end within 30 days.
    pub certificates: InventoryCounts,
    /// Agents in service whose heartbeats arrive.
    pub active_agents: u64,
    /// The other agents in service.
    pub offline_agents: u64,
    /// Jobs that have not ended.
    pub pending_jobs: u64,
    /// Failed jobs on record.
    pub failed_jobs: u64,
    /// Completed jobs on record.
    pub complete_jobs: u64,
    /// Notifications that were given up; 0 when they cannot be counted.
    pub notifications_dead: u64,
    /// Notifications on their way; 0 when they cannot be counted.
    pub notifications_pending: u64,
    /// Notifications that reached nobody, for want of a channel; 0 when they cannot be counted.
    pub notifications_no_notifier: u64,
    /// The instant.
    pub at: Timestamp,
}

impl Summary {
    /// Agents in service.
    pub const fn total_agents(&self) -> u64 {
        self.active_agents + self.offline_agents
    }
}

/// Certificates whose validity ends on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expirations {
    /// Day.
    pub day: Day,
    /// How many.
    pub count: u64,
}

/// Jobs that ended on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobTrend {
    /// Day.
    pub day: Day,
    /// Completed ones.
    pub completed: u64,
    /// Failed ones.
    pub failed: u64,
}

/// Certificates issued on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// Day.
    pub day: Day,
    /// First ones of their key holders.
    pub new: u64,
    /// Later ones.
    pub renewed: u64,
}

/// Use cases of statistics. `days` is 1 to [`MOST_DAYS`], [`USUAL_DAYS`] when absent, and refused
/// otherwise. Every day has a row, oldest first.
#[async_trait]
pub trait StatisticsService: Send + Sync {
    /// The figures of the dashboard.
    async fn summary(&self, who: &Actor) -> Result<Summary, ServiceError>;
    /// Certificates by status as the list shows it: a row for every status, in the order of the
    /// enumeration.
    async fn certificates_by_status(
        &self,
        who: &Actor,
    ) -> Result<Vec<(CertificateStatus, u64)>, ServiceError>;
    /// Ends of validity from today on, revoked certificates left out.
    async fn expiration_timeline(
        &self,
        who: &Actor,
        days: Option<u32>,
    ) -> Result<Vec<Expirations>, ServiceError>;
    /// Ended jobs up to today.
    async fn job_trends(&self, who: &Actor, days: Option<u32>) -> Result<Vec<JobTrend>, ServiceError>;
    /// Issued certificates up to today.
    async fn issuance_rate(&self, who: &Actor, days: Option<u32>) -> Result<Vec<Issued>, ServiceError>;
}
