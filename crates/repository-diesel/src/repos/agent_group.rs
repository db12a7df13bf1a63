//! Agent groups and what was said about single agents by hand.

use crate::conn::MultiBackend;
use crate::constraints::Reference;
use crate::rows::{AgentGroupRow, GroupMemberRow, IntoDomain, domain_values};
use crate::schema::{agent_group_members as members, agent_groups};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::agent_group::{AgentGroup, GroupMember};
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_repository::{AgentGroupRepo, Page, PageRequest, RenewalPolicyRepo, StoreError, exactly_one};
use diesel::prelude::*;

impl AgentGroupRepo for DieselTx<'_> {
    fn find(&mut self, id: &AgentGroupId) -> Result<Option<AgentGroup>, StoreError> {
        let row = agent_groups::table
            .find(id.as_str())
            .select(AgentGroupRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(AgentGroupRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<AgentGroup>, StoreError> {
        let rows = || agent_groups::table.into_boxed::<MultiBackend>();
        let created_at = |group: &AgentGroup| group.created_at;
        Ok(newest_first!(self, page, agent_groups.created_at, AgentGroupRow, rows(), created_at))
    }

    fn insert(&mut self, group: &AgentGroup) -> Result<(), StoreError> {
        let inserted =
            diesel::insert_into(agent_groups::table).values(AgentGroupRow::from(group)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, group: &AgentGroup, unchanged_since: Timestamp) -> Result<(), StoreError> {
        let stored = agent_groups::table
            .find(group.id.as_str())
            .filter(agent_groups::updated_at.eq(DbTime::from(unchanged_since)));
        let updated = diesel::update(stored).set(AgentGroupRow::from(group)).execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn delete(&mut self, id: &AgentGroupId) -> Result<(), StoreError> {
        if !RenewalPolicyRepo::limited_to(self, id)?.is_empty() {
            return Err(StoreError::InUse { key: Reference::RENEWAL_POLICY_GROUP.key });
        }
        let deleted = diesel::delete(agent_groups::table.find(id.as_str())).execute(self.conn);
        exactly_one(self.check_delete(deleted)?)
    }

    fn members(&mut self, id: &AgentGroupId) -> Result<Vec<GroupMember>, StoreError> {
        let rows = members::table
            .filter(members::agent_group_id.eq(id.as_str()))
            .order(members::agent_id)
            .select(GroupMemberRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn member(&mut self, id: &AgentGroupId, agent: &AgentId) -> Result<Option<GroupMember>, StoreError> {
        let row = members::table
            .find((id.as_str(), agent.as_str()))
            .select(GroupMemberRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(GroupMemberRow::into_domain).transpose()
    }

    fn set_member(&mut self, id: &AgentGroupId, member: &GroupMember) -> Result<(), StoreError> {
        AgentGroupRepo::remove_member(self, id, &member.agent_id)?;
        let inserted =
            diesel::insert_into(members::table).values(GroupMemberRow::new(id, member)).execute(self.conn);
        let written = [
            (Reference::GROUP_MEMBER_GROUP, Some(id.as_str())),
            (Reference::GROUP_MEMBER_AGENT, Some(member.agent_id.as_str())),
        ];
        self.check_references(inserted, &written).map(drop)
    }

    fn remove_member(&mut self, id: &AgentGroupId, agent: &AgentId) -> Result<bool, StoreError> {
        let deleted = diesel::delete(members::table.find((id.as_str(), agent.as_str()))).execute(self.conn);
        Ok(self.check(deleted)? == 1)
    }
}
