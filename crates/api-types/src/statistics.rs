//! Figures about the whole installation. Archived certificates never count; days are days in UTC.

use certctl_domain::Timestamp;
use certctl_domain::certificate::CertificateStatus;
use serde::{Deserialize, Serialize};

/// Answer of `GET /stats/summary`. Plain numbers of one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardSummary {
    /// Managed certificates.
    pub total_certificates: u64,
    /// Those that end within 30 days; neither expired nor revoked.
    pub expiring_certificates: u64,
    /// Those past their end; revoked ones do not count.
    pub expired_certificates: u64,
    /// Revoked ones.
    pub revoked_certificates: u64,
    /// Agents in service whose heartbeats arrive.
    pub active_agents: u64,
    /// The other agents in service.
    pub offline_agents: u64,
    /// Agents in service.
    pub total_agents: u64,
    /// Jobs that have not ended.
    pub pending_jobs: u64,
    /// Failed jobs on record.
    pub failed_jobs: u64,
    /// Completed jobs on record.
    pub complete_jobs: u64,
    /// Notifications that were given up.
    pub notifications_dead: u64,
    /// Notifications on their way, those between two attempts included.
    #[serde(default)]
    pub notifications_pending: u64,
    /// Notifications that reached nobody, for want of a channel; requeue them once there is one.
    #[serde(default)]
    pub notifications_no_notifier: u64,
    /// The instant.
    pub completed_at: Timestamp,
}

/// Row of `GET /stats/certificates-by-status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusCount {
    /// Status as the list shows it.
    pub status: CertificateStatus,
    /// Certificates.
    pub count: u64,
}

/// Row of `GET /stats/expiration-timeline`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayExpirations {
    /// Day, as `2026-11-21`.
    pub date: String,
    /// Certificates that end on it.
    pub count: u64,
}

/// Row of `GET /stats/job-trends`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayJobs {
    /// Day, as `2026-11-21`.
    pub date: String,
    /// Jobs completed on it.
    pub completed_count: u64,
    /// Jobs that failed for good on it.
    pub failed_count: u64,
    /// Completed ones among both, in per cent; 0 when there are none.
    pub success_rate: f64,
}

/// Row of `GET /stats/issuance-rate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayIssuances {
    /// Day, as `2026-11-21`.
    pub date: String,
    /// Certificates issued on it.
    pub issued_count: u64,
    /// First ones of their key holders.
    pub new_count: u64,
    /// Renewals.
    pub renewed_count: u64,
}
