//! Figures that are kept up to date with what they count, so that reading them costs the same at
//! any size of the inventory.

use crate::StoreError;
use certctl_domain::agent::AgentStatus;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::{JobKind, JobStatus};
use certctl_domain::statistics::InventoryCounts;
use certctl_domain::{Day, Timestamp};
use std::collections::BTreeMap;

/// What rows are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Certificates by stored status.
    CertificateStatus,
    /// Certificates neither revoked nor archived, by the hour of their end.
    CertificateEnd,
    /// `Active` certificates by the hour of their end.
    CertificateActiveEnd,
    /// `Active` certificates by the hour in which they stop being shown as such.
    CertificateActiveTurn,
    /// Certificates by owner.
    CertificateOwner,
    /// Certificates by team.
    CertificateTeam,
    /// Certificates by issuer.
    CertificateIssuer,
    /// Certificates by profile.
    CertificateProfile,
    /// Certificates by environment.
    CertificateEnvironment,
    /// Jobs by kind and status.
    JobStatus,
    /// Ended jobs by day and status.
    JobFinished,
    /// Agents in service, sentinels left out, by status.
    AgentStatus,
    /// Issued versions by day; the first one of a key holder is new, others renew.
    VersionIssued,
    /// Recorded API calls, all under one key.
    ApiCall,
    /// Violations by rule, severity and whether they are open.
    ViolationState,
    /// Notifications, all under one key.
    Notification,
}

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 16] = [
        Self::CertificateStatus,
        Self::CertificateEnd,
        Self::CertificateActiveEnd,
        Self::CertificateActiveTurn,
        Self::CertificateOwner,
        Self::CertificateTeam,
        Self::CertificateIssuer,
        Self::CertificateProfile,
        Self::CertificateEnvironment,
        Self::JobStatus,
        Self::JobFinished,
        Self::AgentStatus,
        Self::VersionIssued,
        Self::ApiCall,
        Self::ViolationState,
        Self::Notification,
    ];

    /// Its stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CertificateStatus => "certificate.status",
            Self::CertificateEnd => "certificate.end",
            Self::CertificateActiveEnd => "certificate.active_end",
            Self::CertificateActiveTurn => "certificate.active_turn",
            Self::CertificateOwner => "certificate.owner",
            Self::CertificateTeam => "certificate.team",
            Self::CertificateIssuer => "certificate.issuer",
            Self::CertificateProfile => "certificate.profile",
            Self::CertificateEnvironment => "certificate.environment",
            Self::JobStatus => "job.status",
            Self::JobFinished => "job.finished",
            Self::AgentStatus => "agent.status",
            Self::VersionIssued => "version.issued",
            Self::ApiCall => "api_call.all",
            Self::ViolationState => "violation.state",
            Self::Notification => "notification.all",
        }
    }
}

/// A count that is not what a recount finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miscount {
    /// Key within the dimension.
    pub key: String,
    /// Kept count minus actual count.
    pub off_by: i64,
}

/// Issued versions of one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuedCounts {
    /// First versions of their key holders.
    pub new: u64,
    /// Later ones.
    pub renewed: u64,
}

/// Kept figures. Reading never counts rows of the inventory, of jobs or of versions, apart from those
/// that end in the current hour.
pub trait StatisticsRepo {
    /// Certificates that are not archived. Expiring ones end after `now` and before `soon`.
    fn inventory(&mut self, now: Timestamp, soon: Timestamp) -> Result<InventoryCounts, StoreError>;
    /// Certificates by status as `Certificate::status_at(now)` shows it: every status, in the order of
    /// the enumeration.
    fn certificates_by_status(&mut self, now: Timestamp)
    -> Result<Vec<(CertificateStatus, u64)>, StoreError>;
    /// Certificates in service that end after `now`, by the day of their end; days without any are absent.
    fn ends_by_day(&mut self, now: Timestamp, last: Day) -> Result<BTreeMap<Day, u64>, StoreError>;
    /// Agents in service without the sentinels, by stored status; absent when there are none.
    fn agents_by_status(&mut self) -> Result<BTreeMap<AgentStatus, u64>, StoreError>;
    /// Jobs; absent when there are none.
    fn jobs_by_kind(&mut self) -> Result<BTreeMap<(JobKind, JobStatus), u64>, StoreError>;
    /// Creation time of the oldest job of each kind that has not ended.
    fn oldest_live_jobs(&mut self) -> Result<BTreeMap<JobKind, Timestamp>, StoreError>;
    /// Jobs by the day they ended on, from `first` on.
    fn finished_by_day(&mut self, first: Day) -> Result<BTreeMap<(Day, JobStatus), u64>, StoreError>;
    /// Versions by the day they were recorded on, from `first` on.
    fn issued_by_day(&mut self, first: Day) -> Result<BTreeMap<Day, IssuedCounts>, StoreError>;

    /// Dimensions with changes that are not folded yet, and how many.
    fn unfolded(&mut self) -> Result<BTreeMap<String, u64>, StoreError>;
    /// Adds the open changes of a dimension to its counts; says how many there were.
    fn fold(&mut self, dimension: &str) -> Result<u64, StoreError>;
    /// Recounts a dimension and says where the kept counts differ.
    fn miscounts(&mut self, dimension: Dimension) -> Result<Vec<Miscount>, StoreError>;
    /// Sets the kept counts right, and forgets those that are zero; returns what was wrong.
    fn mend(&mut self, dimension: Dimension) -> Result<Vec<Miscount>, StoreError>;
}
