//! Storage of agent enrolment tokens.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::id::{AgentId, EnrolmentTokenId};

/// Agent enrolment tokens.
pub trait EnrolmentTokenRepo {
    /// The row of a token, used and expired ones included.
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<EnrolmentToken>, StoreError>;
    /// Adds a row.
    fn insert(&mut self, token: &EnrolmentToken) -> Result<(), StoreError>;
    /// Marks a token as used; `Stale` when it was used before.
    fn mark_used(&mut self, id: &EnrolmentTokenId, agent: &AgentId, at: Timestamp) -> Result<(), StoreError>;
}
