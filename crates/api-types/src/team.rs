//! Teams.

use certctl_domain::Timestamp;
use certctl_domain::id::TeamId;
use serde::{Deserialize, Serialize};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /teams` and `PUT /teams/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TeamRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TeamId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text, at most 1024 characters.
    #[serde(default)]
    pub description: String,
}
