//! API keys of people and machines.

use crate::Timestamp;
use crate::access::Role;
use crate::id::ApiKeyId;

/// An API key. The token itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Identifier.
    pub id: ApiKeyId,
    /// Name, unique among keys that are not revoked; becomes the actor in audit events.
    pub name: String,
    /// The person or machine behind the key: keys of the same identity count as one where two persons
    /// are needed, and share limits per person.
    pub identity: String,
    /// Role.
    pub role: Role,
    /// Lower-case hex SHA-256 of the token.
    pub token_hash: String,
    /// Name of the actor who made the key.
    pub created_by: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// End of validity, when limited.
    pub expires_at: Option<Timestamp>,
    /// When the key was last used, to the minute; absent when never.
    pub last_used_at: Option<Timestamp>,
    /// When the key was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the key may be used at `now`.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
