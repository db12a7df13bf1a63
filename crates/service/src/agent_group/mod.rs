//! Agent groups.

pub(crate) mod members;

use crate::failure::Failure;
use crate::support::{
    Foundation, all_of, audit_event, check_name, check_revision, check_text, in_use, listing, page_request,
    time_of_change,
};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::agent::Agent;
use certctl_domain::agent_group::{AgentGroup, CriterionError, MembershipType};
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_repository::Tx;
use certctl_service_api::agent_group::{AgentGroupService, AgentGroupSpec, Membership};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of agent groups.
#[derive(Debug)]
pub struct AgentGroups {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl AgentGroups {
    /// Over a store, waking the sweep when certificates are due for another look.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }

    fn looked_at_again(&self, certificates: u64) {
        if certificates > 0 {
            self.wakeups.wake_sweep();
        }
    }
}

/// Has the certificates looked at again whose renewal depends on who is a member, and says how many.
fn look_again(tx: &mut dyn Tx, id: &AgentGroupId, now: Timestamp) -> Result<u64, Failure> {
    let mut certificates = 0;
    for policy in tx.renewal_policies().limited_to(id)? {
        certificates += tx.certificates().reconsider(&policy, now)?;
    }
    Ok(certificates)
}

fn get(tx: &mut dyn Tx, id: &AgentGroupId) -> Result<AgentGroup, Failure> {
    tx.agent_groups().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("agent group", id)))
}

fn check(row: &AgentGroup) -> Result<(), ServiceError> {
    let criterion = |field: &str, text: &str, max| {
        if text.is_empty() { Ok(()) } else { check_name(field, text, max) }
    };
    all_of([
        check_name("name", &row.name, 255),
        check_text("description", &row.description, 1024),
        criterion("match_os", &row.match_os, 100),
        criterion("match_architecture", &row.match_architecture, 100),
        row.matcher().map(drop).map_err(|error| unreadable(&error)),
        criterion("match_version", &row.match_version, 100),
    ])
}

fn unreadable(error: &CriterionError) -> ServiceError {
    ServiceError::invalid(error.field, "invalid_value", error.reason)
}

fn facts(row: &AgentGroup) -> Value {
    json!({
        "name": row.name,
        "description": row.description,
        "match_os": row.match_os,
        "match_architecture": row.match_architecture,
        "match_ip_cidr": row.match_ip_cidr,
        "match_version": row.match_version,
        "enabled": row.enabled,
    })
}

fn with_spec(row: AgentGroup, spec: AgentGroupSpec) -> AgentGroup {
    AgentGroup {
        name: spec.name,
        description: spec.description,
        match_os: spec.match_os,
        match_architecture: spec.match_architecture,
        match_ip_cidr: spec.match_ip_cidr,
        match_version: spec.match_version,
        enabled: spec.enabled,
        ..row
    }
}

#[async_trait]
impl AgentGroupService for AgentGroups {
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<AgentGroup>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let request = page_request("agent_groups", &page)?;
        let wanted = request.clone();
        let found = self
            .base
            .store
            .read("agent_group.list", move |tx| Ok::<_, Failure>(tx.agent_groups().list(&wanted)?));
        Ok(listing("agent_groups", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &AgentGroupId) -> Result<AgentGroup, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("agent_group.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<AgentGroupId>,
        spec: AgentGroupSpec,
    ) -> Result<AgentGroup, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let row = AgentGroup {
            id: id.unwrap_or_else(|| AgentGroupId::mint(&*ids)),
            name: spec.name,
            description: spec.description,
            match_os: spec.match_os,
            match_architecture: spec.match_architecture,
            match_ip_cidr: spec.match_ip_cidr,
            match_version: spec.match_version,
            enabled: spec.enabled,
            created_at: now,
            updated_at: now,
        };
        check(&row)?;
        let created = self.base.store.write("agent_group.create", move |tx| {
            tx.agent_groups().insert(&row)?;
            let (subject, details) = (("agent_group", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "agent_group_created", subject, &details))?;
            get(tx, &row.id)
        });
        Ok(created.await?)
    }

    async fn change(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        edit: Edit<AgentGroup, AgentGroupSpec>,
        revision: Option<i64>,
    ) -> Result<AgentGroup, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("agent_group.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let after = AgentGroup {
                updated_at: time_of_change(now, before.updated_at),
                ..with_spec(before.clone(), edit(&before)?)
            };
            check(&after)?;
            tx.agent_groups().update(&after, before.updated_at)?;
            let details = json!({"before": facts(&before), "after": facts(&after)});
            let subject = ("agent_group", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "agent_group_updated", subject, &details))?;
            Ok::<_, Failure>((after, look_again(tx, &id, now)?))
        });
        let (row, certificates) = changed.await?;
        self.looked_at_again(certificates);
        Ok(row)
    }

    async fn delete(&self, who: &Actor, id: &AgentGroupId) -> Result<(), ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let deleted = self.base.store.write("agent_group.delete", move |tx| {
            let row = get(tx, &id)?;
            let policies = tx.renewal_policies().limited_to(&id)?.len();
            if policies > 0 {
                let policies = u64::try_from(policies).unwrap_or(u64::MAX);
                return Err(in_use(format!("agent group {id}"), &[("renewal_policies", policies)]));
            }
            let by_hand = tx.agent_groups().members(&id)?.len();
            tx.agent_groups().delete(&id)?;
            let details = json!({"before": facts(&row), "members_by_hand": by_hand});
            let subject = ("agent_group", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "agent_group_deleted", subject, &details))?;
            Ok::<_, Failure>(())
        });
        Ok(deleted.await?)
    }

    async fn members(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        by_hand: Option<MembershipType>,
        page: ListRequest,
    ) -> Result<Listing<Agent>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.member_page(id, by_hand, page).await
    }

    async fn set_member(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
        membership: MembershipType,
    ) -> Result<Membership, ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        self.say(who, id, agent, membership).await
    }

    async fn remove_member(
        &self,
        who: &Actor,
        id: &AgentGroupId,
        agent: &AgentId,
    ) -> Result<(), ServiceError> {
        who.require(Permission::GovernanceWrite)?;
        self.take_back(who, id, agent).await
    }
}
