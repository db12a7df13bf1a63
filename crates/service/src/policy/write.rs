//! Adding, changing and removing rules.

use super::{Policies, get};
use crate::failure::Failure;
use crate::support::{audit_event, check_name, check_revision, chosen_id, time_of_change};
use certctl_domain::Timestamp;
use certctl_domain::id::PolicyRuleId;
use certctl_domain::policy::PolicyRule;
use certctl_service_api::edit::Edit;
use certctl_service_api::policy::{PolicySpec, RESERVED_IDS};
use certctl_service_api::{Actor, FieldError, ServiceError};
use serde_json::{Value, json};
use std::sync::Arc;

/// Checks every field, and gives the configuration its canonical form.
pub(super) fn check(spec: PolicySpec) -> Result<PolicySpec, ServiceError> {
    let mut problems = match check_name("name", &spec.name, 255) {
        Err(ServiceError::Invalid(fields)) => fields,
        Err(other) => return Err(other),
        Ok(()) => Vec::new(),
    };
    match spec.config.canonical() {
        Ok(config) if problems.is_empty() => return Ok(PolicySpec { config, ..spec }),
        Ok(_) => {}
        Err(found) => problems.extend(found.into_iter().map(|problem| {
            FieldError::new(format!("config.{}", problem.field), problem.code, problem.message)
        })),
    }
    Err(ServiceError::Invalid(problems))
}

pub(super) fn row(
    id: PolicyRuleId,
    spec: PolicySpec,
    created_at: Timestamp,
    updated_at: Timestamp,
) -> PolicyRule {
    PolicyRule {
        id,
        name: spec.name,
        config: spec.config,
        enabled: spec.enabled,
        severity: spec.severity,
        created_at,
        updated_at,
    }
}

fn facts(row: &PolicyRule) -> Value {
    json!({
        "name": row.name,
        "type": row.config.kind(),
        "config": row.config,
        "enabled": row.enabled,
        "severity": row.severity,
    })
}

impl Policies {
    pub(super) async fn insert(
        &self,
        who: &Actor,
        id: Option<PolicyRuleId>,
        spec: PolicySpec,
    ) -> Result<PolicyRule, ServiceError> {
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let id = chosen_id(id, RESERVED_IDS, || PolicyRuleId::mint(&*ids))?;
        let row = row(id, check(spec)?, now, now);
        let created = self.base.store.write("policy.create", move |tx| {
            tx.policy_rules().insert(&row)?;
            let (subject, details) = (("policy_rule", row.id.as_str()), json!({"after": facts(&row)}));
            tx.audit().append(&audit_event(&*ids, &who, now, "policy_rule_created", subject, &details))?;
            get(tx, &row.id)
        });
        let created = created.await?;
        self.wakeups.wake_policies();
        Ok(created)
    }

    pub(super) async fn update(
        &self,
        who: &Actor,
        id: &PolicyRuleId,
        edit: Edit<PolicyRule, PolicySpec>,
        revision: Option<i64>,
    ) -> Result<PolicyRule, ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let changed = self.base.store.write("policy.change", move |tx| {
            let before = get(tx, &id)?;
            check_revision(before.revision(), revision)?;
            let changed_at = time_of_change(now, before.updated_at);
            let after = row(id.clone(), check(edit(&before)?)?, before.created_at, changed_at);
            tx.policy_rules().update(&after, before.updated_at)?;
            // One statement: a rule can have as many violations as there are certificates.
            let resolved =
                if after.enabled { 0 } else { tx.policy_violations().resolve_of_rule(&id, now)? };
            let details =
                json!({"before": facts(&before), "after": facts(&after), "resolved_violations": resolved});
            let subject = ("policy_rule", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "policy_rule_updated", subject, &details))?;
            Ok::<_, Failure>(after)
        });
        let changed = changed.await?;
        self.wakeups.wake_policies();
        Ok(changed)
    }

    pub(super) async fn remove(&self, who: &Actor, id: &PolicyRuleId) -> Result<(), ServiceError> {
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let removed = self.base.store.write("policy.delete", move |tx| {
            let row = get(tx, &id)?;
            let open = tx.policy_violations().open_count(&id)?;
            tx.policy_rules().delete(&id)?;
            let details = json!({"before": facts(&row), "open_violations": open});
            let subject = ("policy_rule", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "policy_rule_deleted", subject, &details))?;
            Ok::<_, Failure>(())
        });
        Ok(removed.await?)
    }
}
