//! Rows of `agent_groups` and `agent_group_members`.

use super::{IntoDomain, Origin};
use crate::schema::{agent_group_members, agent_groups};
use crate::types::DbTime;
use certctl_domain::agent_group::{AgentGroup, GroupMember};
use certctl_domain::id::AgentGroupId;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = agent_groups, treat_none_as_default_value = false)]
pub(crate) struct AgentGroupRow {
    id: String,
    name: String,
    description: String,
    match_os: String,
    match_architecture: String,
    match_ip_cidr: String,
    match_version: String,
    enabled: bool,
    created_at: DbTime,
    updated_at: DbTime,
}

impl From<&AgentGroup> for AgentGroupRow {
    fn from(group: &AgentGroup) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.clone(),
            description: group.description.clone(),
            match_os: group.match_os.clone(),
            match_architecture: group.match_architecture.clone(),
            match_ip_cidr: group.match_ip_cidr.clone(),
            match_version: group.match_version.clone(),
            enabled: group.enabled,
            created_at: group.created_at.into(),
            updated_at: group.updated_at.into(),
        }
    }
}

impl IntoDomain for AgentGroupRow {
    type Domain = AgentGroup;

    fn into_domain(self) -> Result<AgentGroup, StoreError> {
        let at = Origin { table: "agent_groups", id: &self.id };
        Ok(AgentGroup {
            id: at.parse("id", &self.id)?,
            name: self.name,
            description: self.description,
            match_os: self.match_os,
            match_architecture: self.match_architecture,
            match_ip_cidr: self.match_ip_cidr,
            match_version: self.match_version,
            enabled: self.enabled,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = agent_group_members, treat_none_as_default_value = false)]
pub(crate) struct GroupMemberRow {
    agent_group_id: String,
    agent_id: String,
    membership_type: String,
    created_at: DbTime,
}

impl GroupMemberRow {
    pub(crate) fn new(group: &AgentGroupId, member: &GroupMember) -> Self {
        Self {
            agent_group_id: group.to_string(),
            agent_id: member.agent_id.to_string(),
            membership_type: member.membership.to_string(),
            created_at: member.created_at.into(),
        }
    }
}

impl IntoDomain for GroupMemberRow {
    type Domain = GroupMember;

    fn into_domain(self) -> Result<GroupMember, StoreError> {
        let at = Origin { table: "agent_group_members", id: &self.agent_group_id };
        Ok(GroupMember {
            agent_id: at.parse("agent_id", &self.agent_id)?,
            membership: at.parse("membership_type", &self.membership_type)?,
            created_at: self.created_at.into(),
        })
    }
}
