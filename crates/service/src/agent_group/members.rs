//! Who is a member of a group.

use super::{AgentGroups, get, look_again, unreadable};
use crate::failure::Failure;
use crate::support::{audit_event, listing, page_request};
use certctl_domain::agent::Agent;
use certctl_domain::agent_group::{GroupMember, Matcher, MembershipType};
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_domain::{InvalidTransition, Timestamp};
use certctl_repository::{Cursor, Page, PageRequest, StoreError, Tx};
use certctl_service_api::agent_group::Membership;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Agents read at a time: the criteria are judged here, because only one of the engines knows networks.
const BATCH: u32 = 500;

/// Whether `agent` belongs to `group` now. No group or agent of that id: it does not.
pub(crate) fn is_member(tx: &mut dyn Tx, group: &AgentGroupId, agent: &AgentId) -> Result<bool, Failure> {
    let (Some(group), Some(agent)) = (tx.agent_groups().find(group)?, tx.agents().find(agent)?) else {
        return Ok(false);
    };
    let by_hand = tx.agent_groups().member(&group.id, &agent.id)?.map(|member| member.membership);
    Ok(group.matcher().map_err(|error| unreadable(&error))?.is_member(&agent, by_hand))
}

/// Which agents a list of members shows.
struct Wanted {
    matcher: Matcher,
    said: HashMap<AgentId, MembershipType>,
    only: Option<MembershipType>,
}

impl Wanted {
    fn has(&self, agent: &Agent) -> bool {
        let by_hand = self.said.get(&agent.id).copied();
        match self.only {
            Some(only) => by_hand == Some(only),
            None => self.matcher.is_member(agent, by_hand),
        }
    }
}

fn position(agent: &Agent) -> Cursor {
    Cursor { key: agent.registered_at.to_rfc3339(), id: agent.id.to_string() }
}

/// Whether `agent` comes after the cursor in a list that shows the newest first.
fn is_after(agent: &Agent, cursor: &Cursor) -> Result<bool, StoreError> {
    let at = Timestamp::parse_rfc3339(&cursor.key).map_err(|_no_time| StoreError::InvalidCursor)?;
    Ok((agent.registered_at, agent.id.as_str()) < (at, cursor.id.as_str()))
}

/// Goes through the agents in service once, and keeps no more than the page.
fn page(tx: &mut dyn Tx, wanted: &Wanted, request: &PageRequest) -> Result<Page<Agent>, StoreError> {
    let size = usize::try_from(request.per_page).unwrap_or(usize::MAX);
    let mut skip = match request.after {
        Some(_) => 0,
        None => u64::from(request.page.saturating_sub(1)) * u64::from(request.per_page),
    };
    let (mut items, mut total, mut more): (Vec<Agent>, u64, bool) = (Vec::new(), 0, false);
    let mut after: Option<Cursor> = None;
    loop {
        let batch = tx.agents().in_service(after.as_ref(), BATCH)?;
        let Some(last) = batch.last() else { break };
        after = Some(position(last));
        for agent in batch.into_iter().filter(|agent| wanted.has(agent)) {
            total += 1;
            let on_page = match &request.after {
                Some(cursor) => is_after(&agent, cursor)?,
                None if skip > 0 => {
                    skip -= 1;
                    false
                }
                None => true,
            };
            if on_page && items.len() < size {
                items.push(agent);
            } else if on_page {
                more = true;
            }
        }
    }
    let next = if more { items.last().map(position) } else { None };
    Ok(Page { items, total, next })
}

impl AgentGroups {
    pub(super) async fn member_page(
        &self,
        id: &AgentGroupId,
        only: Option<MembershipType>,
        request: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError> {
        let name = format!("agent_groups.{}", only.map_or("members", MembershipType::as_str));
        let request = page_request(&name, &request)?;
        let (id, part) = (id.clone(), request.clone());
        let found = self.base.store.read("agent_group.members", move |tx| {
            let matcher = get(tx, &id)?.matcher().map_err(|error| unreadable(&error))?;
            let said = tx.agent_groups().members(&id)?;
            let said = said.into_iter().map(|member| (member.agent_id, member.membership)).collect();
            Ok::<_, Failure>(page(tx, &Wanted { matcher, said, only }, &part)?)
        });
        Ok(listing(&name, &request, found.await?))
    }

    pub(super) async fn say(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
        membership: MembershipType,
    ) -> Result<Membership, ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (id, agent) = (id.clone(), agent.clone());
        let said = self.base.store.write("agent_group.set_member", move |tx| {
            get(tx, &id)?;
            let agent = member_to_be(tx, &agent)?;
            let before = tx.agent_groups().member(&id, &agent.id)?;
            let mut certificates = 0;
            let by_hand = match before {
                Some(same) if same.membership == membership => same,
                _ => {
                    let said = GroupMember { agent_id: agent.id.clone(), membership, created_at: now };
                    tx.agent_groups().set_member(&id, &said)?;
                    let details = json!({"agent_id": agent.id, "membership_type": membership});
                    let (subject, action) = (("agent_group", id.as_str()), "agent_group_member_set");
                    tx.audit().append(&audit_event(&*ids, &who, now, action, subject, &details))?;
                    certificates = look_again(tx, &id, now)?;
                    said
                }
            };
            let membership = Membership { by_hand, is_member: is_member(tx, &id, &agent.id)? };
            Ok::<_, Failure>((membership, certificates))
        });
        let (membership, certificates) = said.await?;
        self.looked_at_again(certificates);
        Ok(membership)
    }

    pub(super) async fn take_back(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
    ) -> Result<(), ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let (id, agent) = (id.clone(), agent.clone());
        let taken_back = self.base.store.write("agent_group.remove_member", move |tx| {
            get(tx, &id)?;
            if tx.agent_groups().remove_member(&id, &agent)? {
                let (subject, details) = (("agent_group", id.as_str()), json!({"agent_id": agent}));
                let action = "agent_group_member_removed";
                tx.audit().append(&audit_event(&*ids, &who, now, action, subject, &details))?;
                return look_again(tx, &id, now);
            }
            Ok::<_, Failure>(0)
        });
        self.looked_at_again(taken_back.await?);
        Ok(())
    }
}

/// An agent about which something may be said: it exists, is in service and is not reserved.
fn member_to_be(tx: &mut dyn Tx, id: &AgentId) -> Result<Agent, Failure> {
    let agent = tx.agents().find(id)?.ok_or_else(|| ServiceError::not_found("agent", id))?;
    let event = "membership of a group";
    if agent.retired_at.is_some() {
        return Err(InvalidTransition { entity: "agent", from: "Retired", event }.into());
    }
    if agent.is_sentinel() {
        return Err(InvalidTransition { entity: "agent", from: "reserved", event }.into());
    }
    Ok(agent)
}
