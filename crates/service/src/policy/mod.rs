//! Compliance rules: what is wanted of the inventory, where it is broken, and what that stops.

mod gate;
mod judge;
mod preview;
mod queries;
mod write;

use crate::failure::Failure;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::{PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicyRule, PolicyViolation};
use certctl_repository::Tx;
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::policy::{PolicyDraft, PolicyPreview, PolicyService, PolicySpec, ViolationQuery};
use certctl_service_api::{Actor, ServiceError};
use std::sync::Arc;

pub use gate::PolicyGate;
pub(crate) use gate::Refused;
pub(crate) use judge::{Batch, judge_batch, judge_many, judge_one};

/// Use cases of compliance rules.
#[derive(Debug)]
pub struct Policies {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Policies {
    /// Over a store, waking the evaluation when a rule changes.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

fn get(tx: &mut dyn Tx, id: &PolicyRuleId) -> Result<PolicyRule, Failure> {
    tx.policy_rules().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("policy rule", id)))
}

#[async_trait]
impl PolicyService for Policies {
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<PolicyRule>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.list_rules(page).await
    }

    async fn get(&self, who: &Actor, id: &PolicyRuleId) -> Result<PolicyRule, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        Ok(self.base.store.read("policy.get", move |tx| get(tx, &id)).await?)
    }

    async fn create(
        &self,
        who: &Actor,
        id: Option<PolicyRuleId>,
        spec: PolicySpec,
    ) -> Result<PolicyRule, ServiceError> {
        who.require(Permission::PolicyWrite)?;
        self.insert(who, id, spec).await
    }

    async fn change(
        &self,
        who: &Actor,
        id: &PolicyRuleId,
        edit: Edit<PolicyRule, PolicySpec>,
        revision: Option<i64>,
    ) -> Result<PolicyRule, ServiceError> {
        who.require(Permission::PolicyWrite)?;
        self.update(who, id, edit, revision).await
    }

    async fn delete(&self, who: &Actor, id: &PolicyRuleId) -> Result<(), ServiceError> {
        who.require(Permission::PolicyWrite)?;
        self.remove(who, id).await
    }

    async fn violations(
        &self,
        who: &Actor,
        query: ViolationQuery,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.list_violations(query, page).await
    }

    async fn violations_of(
        &self,
        who: &Actor,
        rule: &PolicyRuleId,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.list_violations_of(rule, page).await
    }

    async fn violation(&self, who: &Actor, id: &ViolationId) -> Result<PolicyViolation, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let id = id.clone();
        let found = self.base.store.read("policy.violation", move |tx| {
            let found = tx.policy_violations().find(&id)?;
            found.ok_or_else(|| Failure::Service(ServiceError::not_found("policy violation", &id)))
        });
        Ok(found.await?)
    }

    async fn preview(
        &self,
        who: &Actor,
        draft: PolicyDraft,
        limit: u32,
    ) -> Result<PolicyPreview, ServiceError> {
        who.require(Permission::InventoryRead)?;
        self.try_out(draft, limit).await
    }
}
