//! Metrics as JSON.

use certctl_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Answer of `GET /metrics`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Metrics {
    /// Levels of now.
    pub gauge: MetricsGauge,
    /// Counts of records.
    pub counter: MetricsCounter,
    /// Age of the process that answers.
    pub uptime: MetricsUptime,
}

/// Levels of now. Archived certificates never count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricsGauge {
    /// Managed certificates.
    pub certificate_total: u64,
    /// Those neither expiring soon nor expired nor revoked.
    pub certificate_active: u64,
    /// Those that end within 30 days.
    pub certificate_expiring_soon: u64,
    /// Those past their end.
    pub certificate_expired: u64,
    /// Revoked ones.
    pub certificate_revoked: u64,
    /// Agents in service.
    pub agent_total: u64,
    /// Those whose heartbeats arrive.
    pub agent_online: u64,
    /// Jobs that have not ended.
    pub job_pending: u64,
}

/// Counts of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricsCounter {
    /// Completed jobs.
    pub job_completed_total: u64,
    /// Failed jobs.
    pub job_failed_total: u64,
    /// Notifications that were given up.
    pub notifications_dead_total: u64,
}

/// Age of the process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MetricsUptime {
    /// Whole seconds since it started.
    pub uptime_seconds: u64,
    /// When it started.
    pub server_started: Timestamp,
    /// The instant of these figures.
    pub measured_at: Timestamp,
}
