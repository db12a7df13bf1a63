//! Targets: the places certificates are deployed to.

use crate::id::{AgentId, TargetId};
use crate::issuer::{ConnectorSource, TestStatus};
use crate::{JsonText, Timestamp};

string_enum! {
    /// Kind of a target; one connector each.
    pub enum TargetKind ("target type") {
        /// nginx: certificate and key files, validate and reload commands.
        Nginx = "NGINX",
    }
}

/// A target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Identifier.
    pub id: TargetId,
    /// Name, unique per agent.
    pub name: String,
    /// Kind.
    pub kind: TargetKind,
    /// Agent that deploys to it.
    pub agent_id: AgentId,
    /// Configuration without secrets: each secret field reads `{"set":true}`.
    pub public_config: JsonText,
    /// Whole configuration, sealed (see the `crypto` crate).
    pub sealed_config: Option<Vec<u8>>,
    /// Whether certificates are deployed to it.
    pub enabled: bool,
    /// When it was last tested.
    pub last_tested_at: Option<Timestamp>,
    /// Result of the last test.
    pub test_status: TestStatus,
    /// Origin of the row.
    pub source: ConnectorSource,
    /// When the target was retired.
    pub retired_at: Option<Timestamp>,
    /// Why the target was retired.
    pub retired_reason: Option<String>,
    /// Counts changes.
    pub revision: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Target {
    /// Whether certificates are deployed to it.
    pub fn is_active(&self) -> bool {
        self.enabled && self.retired_at.is_none()
    }
}
