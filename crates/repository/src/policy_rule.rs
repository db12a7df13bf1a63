//! Storage of compliance rules and of their violations.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, PolicyRuleId, ViolationId};
use certctl_domain::policy::{PolicyRule, PolicySeverity, PolicyViolation};

/// Compliance rules.
pub trait PolicyRuleRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &PolicyRuleId) -> Result<Option<PolicyRule>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<PolicyRule>, StoreError>;
    /// Every enabled rule, by id.
    fn enabled(&mut self) -> Result<Vec<PolicyRule>, StoreError>;
    /// Adds a row. `Duplicate{policy_rule.id|policy_rule.name}`.
    fn insert(&mut self, rule: &PolicyRule) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`.
    /// `Duplicate{policy_rule.name}`.
    fn update(&mut self, rule: &PolicyRule, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// Removes a row with its violations; `Stale` when absent.
    fn delete(&mut self, id: &PolicyRuleId) -> Result<(), StoreError>;
}

/// Which violations a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ViolationFilter {
    /// Of this certificate.
    pub certificate_id: Option<CertificateId>,
    /// Of this rule.
    pub rule_id: Option<PolicyRuleId>,
    /// Of this severity.
    pub severity: Option<PolicySeverity>,
    /// Only those that are open, or only those that are resolved.
    pub open: Option<bool>,
}

/// Violations of compliance rules.
pub trait PolicyViolationRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &ViolationId) -> Result<Option<PolicyViolation>, StoreError>;
    /// One page, newest first.
    fn list(
        &mut self,
        filter: &ViolationFilter,
        page: &PageRequest,
    ) -> Result<Page<PolicyViolation>, StoreError>;
    /// The open ones of these certificates, in no given order.
    fn open_of(&mut self, certificates: &[CertificateId]) -> Result<Vec<PolicyViolation>, StoreError>;
    /// Adds open rows that were not there when the transaction began. One that somebody else has added
    /// since, or whose rule has just gone, makes the transaction run again (`Contended`).
    fn open(&mut self, violations: &[PolicyViolation]) -> Result<(), StoreError>;
    /// Writes message, severity and time of last sight of an open row; `Stale` when it is not open.
    fn refresh(&mut self, violation: &PolicyViolation) -> Result<(), StoreError>;
    /// Writes the time of last sight of open rows.
    fn seen(&mut self, ids: &[ViolationId], at: Timestamp) -> Result<(), StoreError>;
    /// Resolves open rows, and says how many were open.
    fn resolve(&mut self, ids: &[ViolationId], at: Timestamp) -> Result<u64, StoreError>;
    /// Resolves the open rows of a rule, and says how many.
    fn resolve_of_rule(&mut self, rule: &PolicyRuleId, at: Timestamp) -> Result<u64, StoreError>;
    /// Open rows of a rule.
    fn open_count(&mut self, rule: &PolicyRuleId) -> Result<u64, StoreError>;
}
