//! Probes, version and identity.

use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use serde::{Deserialize, Serialize};

/// Answer of `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `healthy`.
    pub status: String,
}

/// Answer of `GET /ready`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ready {
    /// Always `ready`.
    pub status: String,
    /// Always `reachable`.
    pub db: String,
}

/// Answer of `GET /api/v1/auth/info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthInfo {
    /// `api-key` or `none`.
    pub auth_type: String,
    /// Whether a credential is needed.
    pub required: bool,
}

/// Answer of `GET /api/v1/auth/check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthCheck {
    /// Always `authenticated`.
    pub status: String,
    /// Name of the key, or id of the agent.
    pub user: String,
    /// Whether the role is `admin`.
    pub admin: bool,
    /// Role; absent for agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// Answer of `GET /api/v1/version`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// Version of the product.
    pub version: String,
    /// Commit it was built from, or `unknown`.
    pub commit: String,
    /// Whether the tree had changes.
    pub modified: bool,
    /// When it was built, or `unknown`.
    pub build_time: String,
    /// Compiler.
    pub rustc_version: String,
}

/// Answer of `GET /health/scheduler`: how the periodic tasks fare, whichever server runs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchedulerHealth {
    /// `healthy`, or `unhealthy` when a task is late.
    pub status: String,
    /// When this was judged.
    pub checked_at: Timestamp,
    /// Every task, by name.
    pub loops: Vec<LoopHealth>,
}

/// How one periodic task fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoopHealth {
    /// Name.
    pub name: String,
    /// `on_time`, or `late` when it did not succeed within three periods and half a minute.
    pub status: String,
    /// Seconds from the beginning of one run to that of the next.
    pub period_seconds: u64,
    /// When it has to have succeeded again.
    pub expected_by: Timestamp,
    /// When it last began; absent before the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_started_at: Option<Timestamp>,
    /// When it last ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Timestamp>,
    /// When it last failed; the server's log says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<Timestamp>,
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// Since when the oldest work waits that it has not looked at; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_work_at: Option<Timestamp>,
}
