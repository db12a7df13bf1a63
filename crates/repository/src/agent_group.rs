//! Storage of agent groups.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::agent_group::{AgentGroup, GroupMember};
use certctl_domain::id::{AgentGroupId, AgentId};

/// Agent groups with what was said about single agents by hand.
pub trait AgentGroupRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &AgentGroupId) -> Result<Option<AgentGroup>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<AgentGroup>, StoreError>;
    /// Adds a row. `Duplicate{agent_group.id|agent_group.name}`.
    fn insert(&mut self, group: &AgentGroup) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`.
    /// `Duplicate{agent_group.name}`.
    fn update(&mut self, group: &AgentGroup, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// Removes a row and its members. `InUse{renewal_policy.agent_group_id}`; `Stale` when absent.
    fn delete(&mut self, id: &AgentGroupId) -> Result<(), StoreError>;
    /// Everything said by hand, by agent id.
    fn members(&mut self, id: &AgentGroupId) -> Result<Vec<GroupMember>, StoreError>;
    /// What was said about one agent by hand.
    fn member(&mut self, id: &AgentGroupId, agent: &AgentId) -> Result<Option<GroupMember>, StoreError>;
    /// Says something about an agent, instead of what was said before. `Missing{agent_group_member.…}`.
    fn set_member(&mut self, id: &AgentGroupId, member: &GroupMember) -> Result<(), StoreError>;
    /// Takes back what was said about an agent; false when nothing was.
    fn remove_member(&mut self, id: &AgentGroupId, agent: &AgentId) -> Result<bool, StoreError>;
}
