//! Compliance rules and their violations.

use super::{at, id};
use certctl_domain::policy::{
    AllowedEnvironments, PolicyConfig, PolicyRule, PolicySeverity, PolicyViolation,
};

/// An enabled rule of severity `Error`: the environment is `production`.
pub fn policy_rule(rule: &str) -> PolicyRule {
    PolicyRule {
        id: id(rule),
        name: format!("Rule {rule}"),
        config: PolicyConfig::AllowedEnvironments(AllowedEnvironments {
            allowed: vec!["production".to_owned()],
        }),
        enabled: true,
        severity: PolicySeverity::Error,
        created_at: at(0),
        updated_at: at(0),
    }
}

/// An open violation of `rule` by `certificate`.
pub fn violation(violation: &str, rule: &str, certificate: &str) -> PolicyViolation {
    PolicyViolation {
        id: id(violation),
        certificate_id: id(certificate),
        rule_id: id(rule),
        message: "the certificate has no environment".to_owned(),
        severity: PolicySeverity::Error,
        created_at: at(0),
        last_seen_at: at(0),
        resolved_at: None,
    }
}
