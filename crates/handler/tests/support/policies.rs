//! Compliance rules in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::{PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicyRule, PolicyViolation};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::policy::{
    PolicyDraft, PolicyPreview, PolicyService, PolicySpec, ViolationQuery, WouldViolate,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// Knows the rules `sample-1` and `sample-2`, and the violation `sample-1`.
#[derive(Default)]
pub(crate) struct Policies;

fn find(id: &PolicyRuleId) -> Result<PolicyRule, ServiceError> {
    match id.as_str() {
        known @ ("sample-1" | "sample-2") => Ok(sample::policy_rule(known)),
        _ => Err(ServiceError::not_found("policy rule", id)),
    }
}

fn set(row: &mut PolicyRule, spec: PolicySpec) {
    row.name = spec.name;
    row.config = spec.config;
    row.enabled = spec.enabled;
    row.severity = spec.severity;
}

#[async_trait]
impl PolicyService for Policies {
    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<PolicyRule>, ServiceError> {
        page_of(&["sample-1", "sample-2"].map(sample::policy_rule), &page)
    }

    async fn get(&self, _: &Actor, id: &PolicyRuleId) -> Result<PolicyRule, ServiceError> {
        find(id)
    }

    async fn create(
        &self,
        _: &Actor,
        id: Option<PolicyRuleId>,
        spec: PolicySpec,
    ) -> Result<PolicyRule, ServiceError> {
        let mut row = sample::policy_rule(id.as_ref().map_or("sample-new", PolicyRuleId::as_str));
        set(&mut row, spec);
        Ok(row)
    }

    async fn change(
        &self,
        _: &Actor,
        id: &PolicyRuleId,
        edit: Edit<PolicyRule, PolicySpec>,
        revision: Option<i64>,
    ) -> Result<PolicyRule, ServiceError> {
        let mut row = find(id)?;
        if revision.is_some_and(|revision| revision != row.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the rule changed since it was read"));
        }
        let spec = edit(&row)?;
        set(&mut row, spec);
        row.updated_at = sample::time(9);
        Ok(row)
    }

    async fn delete(&self, _: &Actor, id: &PolicyRuleId) -> Result<(), ServiceError> {
        find(id).map(drop)
    }

    async fn violations(
        &self,
        _: &Actor,
        query: ViolationQuery,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        let rows = if query.open == Some(true) { Vec::new() } else { vec![sample::violation("sample-1")] };
        page_of(&rows, &page)
    }

    async fn violations_of(
        &self,
        _: &Actor,
        rule: &PolicyRuleId,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError> {
        find(rule)?;
        page_of(&[sample::violation("sample-1")], &page)
    }

    async fn violation(&self, _: &Actor, id: &ViolationId) -> Result<PolicyViolation, ServiceError> {
        match id.as_str() {
            "sample-1" => Ok(sample::violation("sample-1")),
            _ => Err(ServiceError::not_found("policy violation", id)),
        }
    }

    /// Finds one certificate, whose message is what was understood.
    async fn preview(
        &self,
        _: &Actor,
        draft: PolicyDraft,
        limit: u32,
    ) -> Result<PolicyPreview, ServiceError> {
        let (known, spec) = match draft {
            PolicyDraft::New(spec) => (false, spec),
            PolicyDraft::Changed(id, edit) => (true, edit(&find(&id)?)?),
        };
        let found = WouldViolate {
            certificate_id: sample::id("mc-1"),
            name: "www".to_owned(),
            message: format!("{limit} {} {:?} {} {}", spec.name, spec.config, spec.enabled, spec.severity),
            known,
        };
        Ok(PolicyPreview { certificates: 9, violating: 3, newly: 2, resolved: 1, first: vec![found] })
    }
}
