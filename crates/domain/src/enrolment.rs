//! One-time tokens with which an agent gets its own credential.

use crate::Timestamp;
use crate::id::{AgentId, EnrolmentTokenId};

/// A one-time enrolment token. The token itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// Identifier.
    pub id: EnrolmentTokenId,
    /// Lower-case hex SHA-256 of the token.
    pub token_hash: String,
    /// Agent the token is bound to, when it was made for a known one.
    pub agent_id: Option<AgentId>,
    /// Who made it.
    pub created_by: String,
    /// Creation time.
    pub created_at: Timestamp,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// Agent that used it.
    pub used_by: Option<AgentId>,
}

impl EnrolmentToken {
    /// Whether the token may still be used at `now`.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}
