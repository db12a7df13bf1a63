//! Teams and owners.

use crate::Timestamp;
use crate::id::{OwnerId, TeamId};

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Team {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

/// A person or mailbox responsible for certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Identifier.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Mail address for notifications.
    pub email: String,
    /// Team.
    pub team_id: TeamId,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}
