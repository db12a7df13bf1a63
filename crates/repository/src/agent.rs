//! Storage of agents.

use crate::{Cursor, Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::agent::{Agent, AgentDependencies, AgentMetadata, AgentStatus};
use certctl_domain::id::AgentId;

/// Which agents a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentFilter {
    /// Retired agents instead of those in service.
    pub retired: bool,
    /// Status.
    pub status: Option<AgentStatus>,
    /// Part of the name, host name or address, any case.
    pub search: Option<String>,
}

/// Agents. Each write names the columns it changes, so that a heartbeat never undoes a retirement.
pub trait AgentRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &AgentId) -> Result<Option<Agent>, StoreError>;
    /// The agent with this credential.
    fn find_by_credential(&mut self, credential_hash: &str) -> Result<Option<Agent>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &AgentFilter, page: &PageRequest) -> Result<Page<Agent>, StoreError>;
    /// Agents in service in the order of the list, at most `limit` of those after `after`. For whoever
    /// looks at all of them.
    fn in_service(&mut self, after: Option<&Cursor>, limit: u32) -> Result<Vec<Agent>, StoreError>;
    /// Adds a row. `Duplicate{agent.name}` among agents in service.
    fn insert(&mut self, agent: &Agent) -> Result<(), StoreError>;
    /// Records a heartbeat unless the agent is retired; false then, or when it does not exist.
    fn record_heartbeat(
        &mut self,
        id: &AgentId,
        facts: &AgentMetadata,
        status: AgentStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Replaces the credential of an agent in service; `Stale` otherwise.
    fn set_credential(&mut self, id: &AgentId, credential_hash: &str) -> Result<(), StoreError>;
    /// Retires an agent in service; `Stale` otherwise.
    fn retire(&mut self, id: &AgentId, reason: &str, at: Timestamp) -> Result<(), StoreError>;
    /// Marks agents in service offline whose last heartbeat is older than `before`; returns their ids.
    fn mark_offline(&mut self, before: Timestamp) -> Result<Vec<AgentId>, StoreError>;
    /// What depends on the agent.
    fn dependencies(&mut self, id: &AgentId) -> Result<AgentDependencies, StoreError>;
}
