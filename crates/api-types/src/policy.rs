//! Compliance rules and their violations.

use crate::issuer::yes;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicySeverity, PolicyType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A compliance rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyRule {
    /// Identifier.
    pub id: PolicyRuleId,
    /// Name, unique.
    pub name: String,
    /// What the rule looks at.
    #[serde(rename = "type")]
    pub kind: PolicyType,
    /// What it wants; the field depends on the type.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether it is looked at.
    pub enabled: bool,
    /// Severity of its violations.
    pub severity: PolicySeverity,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /policies` and `PUT /policies/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PolicyRuleId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// What the rule looks at.
    #[serde(rename = "type")]
    pub kind: PolicyType,
    /// What it wants, one field by type. `AllowedIssuers`: `allowed_issuer_ids`. `AllowedDomains`:
    /// `allowed_domains`, each a name or `*.domain` for exactly one label below it.
    /// `RequiredMetadata`: `required_keys`, the keys of tags. `AllowedEnvironments`: `allowed`.
    /// `RenewalLeadTime`: `lead_time_days`. `CertificateLifetime`: `max_days`. A list has at least
    /// one entry, a number is at least 1.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, example = json!({"allowed_domains": ["*.example.com"]})))]
    pub config: Map<String, Value>,
    /// Whether it is looked at.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
    /// Severity of its violations.
    #[serde(default = "warning")]
    #[cfg_attr(feature = "openapi", schema(default = "Warning"))]
    pub severity: PolicySeverity,
}

/// Body of `POST /policies/preview`: a rule as it would be created, or a stored rule with changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyPreviewRequest {
    /// The stored rule that the other fields change. Without it they are a whole rule, whose name
    /// may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<PolicyRuleId>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the rule looks at.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<PolicyType>,
    /// What it wants. Of a stored rule, fields that are left out stay, and `null` takes one away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub config: Option<Map<String, Value>>,
    /// Whether it is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Severity of its violations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<PolicySeverity>,
    /// How many offenders to name; 50 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(maximum = 500))]
    pub limit: Option<u32>,
}

/// What a rule would find in the whole inventory, archived certificates left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyPreview {
    /// Certificates that were looked at.
    pub certificates: u64,
    /// Those that would break the rule.
    pub violating: u64,
    /// Those among them without an open violation of the rule now.
    pub newly_violating: u64,
    /// Open violations of the rule that would be resolved.
    pub would_resolve: u64,
    /// The first that would break it, by id.
    pub violations: Vec<WouldViolate>,
}

/// A certificate that would break a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WouldViolate {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Its name.
    pub name: String,
    /// What would break the rule: the first offender.
    pub message: String,
    /// Whether it would be new: no violation of the stored rule is open.
    pub newly: bool,
}

/// A certificate that breaks a rule, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyViolation {
    /// Identifier.
    pub id: ViolationId,
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Rule.
    pub rule_id: PolicyRuleId,
    /// What breaks it: the first offender.
    pub message: String,
    /// Severity of the rule when it was last looked at.
    pub severity: PolicySeverity,
    /// When it was found.
    pub created_at: Timestamp,
    /// When it was last found again.
    pub last_seen_at: Timestamp,
    /// When it was mended, or the rule switched off; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<Timestamp>,
}

const fn warning() -> PolicySeverity {
    PolicySeverity::Warning
}
