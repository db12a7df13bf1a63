//! Agent groups and their members.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::agent::Agent;
use certctl_domain::agent_group::{AgentGroup, GroupMember, MembershipType};
use certctl_domain::id::{AgentGroupId, AgentId};

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentGroupSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Operating system, any case; empty fits all.
    pub match_os: String,
    /// CPU architecture, any case; empty fits all.
    pub match_architecture: String,
    /// Network or address; empty fits all.
    pub match_ip_cidr: String,
    /// Version requirement or exact version; empty fits all.
    pub match_version: String,
    /// Whether it has members at all.
    pub enabled: bool,
}

/// What was said about an agent by hand, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// What was said.
    pub by_hand: GroupMember,
    /// Whether the agent is a member now.
    pub is_member: bool,
}

/// Use cases of agent groups.
#[async_trait]
pub trait AgentGroupService: Send + Sync {
    /// One page.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<AgentGroup>, ServiceError>;
    /// One group.
    async fn get(&self, who: &Actor, id: &AgentGroupId) -> Result<AgentGroup, ServiceError>;
    /// Adds a group.
    async fn create(
        &self,
        who: &Actor,
        id: Option<AgentGroupId>,
        spec: AgentGroupSpec,
    ) -> Result<AgentGroup, ServiceError>;
    /// Changes a group. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        edit: Edit<AgentGroup, AgentGroupSpec>,
        revision: Option<i64>,
    ) -> Result<AgentGroup, ServiceError>;
    /// Removes a group.
    async fn delete(&self, who: &Actor, id: &AgentGroupId) -> Result<(), ServiceError>;
    /// One page of the members; with `by_hand`, of the agents in service about which that was said.
    async fn members(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        by_hand: Option<MembershipType>,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError>;
    /// Puts an agent in or keeps it out, whatever the criteria say. A retired agent is refused.
    async fn set_member(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
        membership: MembershipType,
    ) -> Result<Membership, ServiceError>;
    /// Leaves an agent to the criteria again; nothing changes when it was.
    async fn remove_member(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
    ) -> Result<(), ServiceError>;
}
