//! Agent groups and their members.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::agent::Agent;
use certctl_api_types::agent_group::{AgentGroup, AgentGroupRequest, GroupMember, GroupMemberRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::agent_group::MembershipType;
use certctl_domain::id::{AgentGroupId, AgentId};

/// `/agent-groups`.
#[derive(Debug, Clone, Copy)]
pub struct AgentGroups<'c>(pub(crate) &'c Client);

impl AgentGroups<'_> {
    /// One page of the groups.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<AgentGroup>, ClientError> {
        self.0.get(&["agent-groups"]).list(query).send().await
    }

    /// One group.
    pub async fn get(&self, id: &AgentGroupId) -> Result<AgentGroup, ClientError> {
        self.0.get(&["agent-groups", id.as_str()]).send().await
    }

    /// One group with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &AgentGroupId) -> Result<Tagged<AgentGroup>, ClientError> {
        self.0.get(&["agent-groups", id.as_str()]).send_tagged().await
    }

    /// Adds a group.
    pub async fn create(&self, request: &AgentGroupRequest) -> Result<AgentGroup, ClientError> {
        self.0.post(&["agent-groups"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &AgentGroupId,
        request: &AgentGroupRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<AgentGroup>, ClientError> {
        self.0.put(&["agent-groups", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &AgentGroupId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<AgentGroup>, ClientError> {
        self.0.patch(&["agent-groups", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a group.
    pub async fn delete(&self, id: &AgentGroupId) -> Result<(), ClientError> {
        self.0.delete(&["agent-groups", id.as_str()]).send_unit().await
    }

    /// One page of the members; filter `membership_type` shows what was said by hand instead.
    pub async fn members(&self, id: &AgentGroupId, query: &ListQuery) -> Result<Page<Agent>, ClientError> {
        self.0.get(&["agent-groups", id.as_str(), "members"]).list(query).send().await
    }

    /// Puts an agent in or keeps it out, whatever the criteria say.
    pub async fn set_member(
        &self,
        id: &AgentGroupId,
        agent: &AgentId,
        membership_type: MembershipType,
    ) -> Result<GroupMember, ClientError> {
        let request = GroupMemberRequest { membership_type };
        let path = ["agent-groups", id.as_str(), "members", agent.as_str()];
        self.0.put(&path).json(&request).send().await
    }

    /// Leaves an agent to the criteria again.
    pub async fn remove_member(&self, id: &AgentGroupId, agent: &AgentId) -> Result<(), ClientError> {
        self.0.delete(&["agent-groups", id.as_str(), "members", agent.as_str()]).send_unit().await
    }
}
