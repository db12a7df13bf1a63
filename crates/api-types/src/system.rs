//! Probes, version and identity.

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
