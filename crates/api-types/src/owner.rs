//! Owners.

use certctl_domain::Timestamp;
use certctl_domain::id::{OwnerId, TeamId};
use serde::{Deserialize, Serialize};

/// A person or mailbox responsible for certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Owner {
    /// Identifier.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Mail address for notifications; empty only for the owner of the first start.
    pub email: String,
    /// Team.
    pub team_id: TeamId,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /owners` and `PUT /owners/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnerRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<OwnerId>,
    /// Name, 1 to 255 characters.
    pub name: String,
    /// Mail address, `local@domain`. Needed, except while the owner has none yet.
    #[serde(default)]
    pub email: String,
    /// Team.
    pub team_id: TeamId,
}
