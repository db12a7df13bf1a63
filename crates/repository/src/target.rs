//! Storage of targets.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, TargetId};
use certctl_domain::issuer::TestStatus;
use certctl_domain::target::{Target, TargetKind};

/// Which targets a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFilter {
    /// Agent.
    pub agent_id: Option<AgentId>,
    /// Kind.
    pub kind: Option<TargetKind>,
    /// Retired targets as well.
    pub include_retired: bool,
}

/// Targets.
pub trait TargetRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &TargetId) -> Result<Option<Target>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &TargetFilter, page: &PageRequest) -> Result<Page<Target>, StoreError>;
    /// Adds a row. `Duplicate{target.id|target.name}` (name per agent), `Missing{target.agent_id}`.
    fn insert(&mut self, target: &Target) -> Result<(), StoreError>;
    /// Writes the row if the stored revision is `target.revision`, and grows the revision; otherwise `Stale`.
    fn update(&mut self, target: &mut Target) -> Result<(), StoreError>;
    /// Records a test result without touching the revision.
    fn record_test(&mut self, id: &TargetId, status: TestStatus, at: Timestamp) -> Result<(), StoreError>;
    /// Removes a row. `InUse{deployment.target_id}` while certificates are mapped to it; `Stale` when absent.
    fn delete(&mut self, id: &TargetId) -> Result<(), StoreError>;
    /// Retires every target of an agent; returns how many there were.
    fn retire_of_agent(&mut self, agent: &AgentId, reason: &str, at: Timestamp) -> Result<u64, StoreError>;
}
