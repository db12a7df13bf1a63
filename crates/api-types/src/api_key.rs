//! API keys.

use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::id::ApiKeyId;
use serde::{Deserialize, Serialize};

/// An API key, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKey {
    /// Identifier.
    pub id: ApiKeyId,
    /// Name; the actor in audit events.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The person or machine behind it. Keys of the same identity count as one person.
    pub identity: String,
    /// Who made it.
    pub created_by: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// End of validity; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Last use, to the minute and written with a little delay; never used when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// Body of `POST /api-keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRequest {
    /// Name, 1 to 128 characters, unique among keys that are not revoked.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The person or machine behind it, 1 to 128 characters; the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// End of validity, in the future; never when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Answer of `POST /api-keys`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreated {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// The bearer token; shown only here.
    pub token: String,
}

impl std::fmt::Debug for ApiKeyCreated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiKeyCreated").field("key", &self.key).finish_non_exhaustive()
    }
}
