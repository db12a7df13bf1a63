//! Agent groups in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::agent::Agent;
use certctl_domain::agent_group::{AgentGroup, GroupMember, MembershipType};
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_service_api::agent_group::{AgentGroupService, AgentGroupSpec, Membership};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::sync::Mutex;

/// Knows `sample-1`, whose member is `agent-1`, and `sample-2`.
pub(crate) struct AgentGroups(Mutex<Vec<AgentGroup>>);

impl Default for AgentGroups {
    fn default() -> Self {
        Self(Mutex::new(["sample-1", "sample-2"].map(sample::agent_group).to_vec()))
    }
}

impl AgentGroups {
    fn find(&self, id: &AgentGroupId) -> Result<AgentGroup, ServiceError> {
        let rows = self.0.lock().unwrap();
        rows.iter()
            .find(|row| row.id == *id)
            .cloned()
            .ok_or_else(|| ServiceError::not_found("agent group", id))
    }
}

fn set(row: &mut AgentGroup, spec: AgentGroupSpec) {
    row.name = spec.name;
    row.description = spec.description;
    row.match_os = spec.match_os;
    row.match_architecture = spec.match_architecture;
    row.match_ip_cidr = spec.match_ip_cidr;
    row.match_version = spec.match_version;
    row.enabled = spec.enabled;
}

#[async_trait]
impl AgentGroupService for AgentGroups {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<AgentGroup>, ServiceError> {
        page_of(&self.0.lock().unwrap(), &page)
    }

    async fn get(&self, _: &Actor, id: &AgentGroupId) -> Result<AgentGroup, ServiceError> {
        self.find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<AgentGroupId>,
        spec: AgentGroupSpec,
    ) -> Result<AgentGroup, ServiceError> {
        let mut row = sample::agent_group(id.as_ref().map_or("sample-new", AgentGroupId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &AgentGroupId,
        edit: Edit<AgentGroup, AgentGroupSpec>,
        revision: Option<i64>,
    ) -> Result<AgentGroup, ServiceError> {
        let mut row = self.find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the group changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &AgentGroupId) -> Result<(), ServiceError> {
        self.find(id).map(drop)
    }

    async fn members(
        &self,
        _: &Actor,
        id: &AgentGroupId,
        by_hand: Option<MembershipType>,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError> {
        self.find(id)?;
        let agent = if by_hand.is_some() { "agent-2" } else { "agent-1" };
        page_of(&[sample::agent(agent)], &page)
    }

    async fn set_member(
        &self,
        _: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
        membership: MembershipType,
    ) -> Result<Membership, ServiceError> {
        self.find(id)?;
        if agent.as_str() == "agent-9" {
            return Err(ServiceError::conflict(ConflictCode::InvalidState, "agent agent-9 is retired"));
        }
        let by_hand = GroupMember { agent_id: agent.clone(), membership, created_at: sample::time(4) };
        Ok(Membership { by_hand, is_member: membership == MembershipType::Include })
    }

    async fn remove_member(&self, _: &Actor, id: &AgentGroupId, _: &AgentId) -> Result<(), ServiceError> {
        self.find(id).map(drop)
    }
}
