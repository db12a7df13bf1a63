//! Rows of `policy_rules` and `policy_violations`.

use super::{IntoDomain, Origin, db_time, json_text, time};
use crate::schema::{policy_rules, policy_violations};
use crate::types::DbTime;
use certctl_domain::policy::{PolicyRule, PolicyType, PolicyViolation};
use certctl_repository::StoreError;
use diesel::prelude::*;
use serde::de::DeserializeSeed;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = policy_rules, treat_none_as_default_value = false)]
pub(crate) struct PolicyRuleRow {
    id: String,
    name: String,
    kind: String,
    config: String,
    enabled: bool,
    severity: String,
    created_at: DbTime,
    updated_at: DbTime,
}

impl TryFrom<&PolicyRule> for PolicyRuleRow {
    type Error = StoreError;

    fn try_from(rule: &PolicyRule) -> Result<Self, StoreError> {
        Ok(Self {
            id: rule.id.to_string(),
            name: rule.name.clone(),
            kind: rule.config.kind().to_string(),
            config: json_text(&rule.config)?,
            enabled: rule.enabled,
            severity: rule.severity.to_string(),
            created_at: rule.created_at.into(),
            updated_at: rule.updated_at.into(),
        })
    }
}

impl IntoDomain for PolicyRuleRow {
    type Domain = PolicyRule;

    fn into_domain(self) -> Result<PolicyRule, StoreError> {
        let at = Origin { table: "policy_rules", id: &self.id };
        let kind: PolicyType = at.parse("type", &self.kind)?;
        let config = kind
            .deserialize(&mut serde_json::Deserializer::from_str(&self.config))
            .map_err(|error| at.corrupt("config", error))?;
        Ok(PolicyRule {
            id: at.parse("id", &self.id)?,
            name: self.name,
            config,
            enabled: self.enabled,
            severity: at.parse("severity", &self.severity)?,
            created_at: self.created_at.into(),
            updated_at: self.updated_at.into(),
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = policy_violations, treat_none_as_default_value = false)]
pub(crate) struct ViolationRow {
    id: String,
    certificate_id: String,
    rule_id: String,
    message: String,
    severity: String,
    created_at: DbTime,
    last_seen_at: DbTime,
    resolved_at: Option<DbTime>,
}

impl From<&PolicyViolation> for ViolationRow {
    fn from(violation: &PolicyViolation) -> Self {
        Self {
            id: violation.id.to_string(),
            certificate_id: violation.certificate_id.to_string(),
            rule_id: violation.rule_id.to_string(),
            message: violation.message.clone(),
            severity: violation.severity.to_string(),
            created_at: violation.created_at.into(),
            last_seen_at: violation.last_seen_at.into(),
            resolved_at: db_time(violation.resolved_at),
        }
    }
}

impl IntoDomain for ViolationRow {
    type Domain = PolicyViolation;

    fn into_domain(self) -> Result<PolicyViolation, StoreError> {
        let at = Origin { table: "policy_violations", id: &self.id };
        Ok(PolicyViolation {
            id: at.parse("id", &self.id)?,
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            rule_id: at.parse("rule_id", &self.rule_id)?,
            message: self.message,
            severity: at.parse("severity", &self.severity)?,
            created_at: self.created_at.into(),
            last_seen_at: self.last_seen_at.into(),
            resolved_at: time(self.resolved_at),
        })
    }
}
