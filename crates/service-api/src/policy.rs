//! Compliance rules, their violations, and what a changed rule would do.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{CertificateId, PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicyConfig, PolicyRule, PolicySeverity, PolicyViolation};

/// What no rule may be called by: a path of the API has this name instead.
pub const RESERVED_IDS: &[&str] = &["preview"];

/// What a client may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// What the rule looks at, and what it wants.
    pub config: PolicyConfig,
    /// Whether it is looked at.
    pub enabled: bool,
    /// Severity of its violations.
    pub severity: PolicySeverity,
}

/// Which violations a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViolationQuery {
    /// Of this certificate.
    pub certificate_id: Option<CertificateId>,
    /// Of this rule.
    pub rule_id: Option<PolicyRuleId>,
    /// Of this severity.
    pub severity: Option<PolicySeverity>,
    /// Only those that are open, or only those that are resolved.
    pub open: Option<bool>,
}

/// A certificate that would break a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldViolate {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Its name.
    pub name: String,
    /// What would break the rule.
    pub message: String,
    /// Whether it breaks the stored rule already.
    pub known: bool,
}

/// What a rule would find in the whole inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyPreview {
    /// Certificates that were looked at: all that are not archived.
    pub certificates: u64,
    /// Those that would break the rule.
    pub violating: u64,
    /// Those among them without an open violation of the rule now.
    pub newly: u64,
    /// Open violations of the rule that would be resolved.
    pub resolved: u64,
    /// The first that would break it, by id.
    pub first: Vec<WouldViolate>,
}

/// What a preview judges: an unstored rule, or a stored one with changes.
pub enum PolicyDraft {
    /// A rule as it would be created.
    New(PolicySpec),
    /// A stored rule, and what it should become.
    Changed(PolicyRuleId, Edit<PolicyRule, PolicySpec>),
}

impl std::fmt::Debug for PolicyDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::New(spec) => f.debug_tuple("New").field(spec).finish(),
            Self::Changed(id, _) => f.debug_tuple("Changed").field(id).finish_non_exhaustive(),
        }
    }
}

/// Use cases of compliance rules.
#[async_trait]
pub trait PolicyService: Send + Sync {
    /// One page of the rules.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<PolicyRule>, ServiceError>;
    /// One rule.
    async fn get(&self, who: &Actor, id: &PolicyRuleId) -> Result<PolicyRule, ServiceError>;
    /// Adds a rule and has the inventory judged by it.
    async fn create(
        &self,
        who: &Actor,
        id: Option<PolicyRuleId>,
        spec: PolicySpec,
    ) -> Result<PolicyRule, ServiceError>;
    /// Changes a rule and has the inventory judged again; switched off, its violations are resolved.
    /// With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &PolicyRuleId,
        edit: Edit<PolicyRule, PolicySpec>,
        revision: Option<i64>,
    ) -> Result<PolicyRule, ServiceError>;
    /// Removes a rule with its violations.
    async fn delete(&self, who: &Actor, id: &PolicyRuleId) -> Result<(), ServiceError>;
    /// One page of the violations.
    async fn violations(
        &self,
        who: &Actor,
        query: ViolationQuery,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError>;
    /// One page of the violations of a rule that exists.
    async fn violations_of(
        &self,
        who: &Actor,
        rule: &PolicyRuleId,
        page: ListRequest,
    ) -> Result<Listing<PolicyViolation>, ServiceError>;
    /// One violation.
    async fn violation(&self, who: &Actor, id: &ViolationId) -> Result<PolicyViolation, ServiceError>;
    /// Judges the whole inventory by a rule and stores nothing; names the first `limit` offenders,
    /// at most 500.
    async fn preview(
        &self,
        who: &Actor,
        draft: PolicyDraft,
        limit: u32,
    ) -> Result<PolicyPreview, ServiceError>;
}
