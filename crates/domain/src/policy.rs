//! Compliance rules, and where the inventory breaks them.

mod config;
mod evaluate;
mod pattern;
#[cfg(test)]
mod tests;

pub use config::{
    AllowedDomains, AllowedEnvironments, AllowedIssuers, CertificateLifetime, ConfigProblem, PolicyConfig,
    RenewalLeadTime, RequiredMetadata,
};
pub use evaluate::{Facts, evaluate};
pub use pattern::{DomainPattern, PatternError};

use crate::Timestamp;
use crate::id::{CertificateId, PolicyRuleId, ViolationId};

string_enum! {
    /// What a policy rule looks at.
    pub enum PolicyType ("policy type") {
        /// The issuer is one of a list.
        AllowedIssuers = "AllowedIssuers",
        /// Every name is below one of a list of domains.
        AllowedDomains = "AllowedDomains",
        /// Tags are there and not empty.
        RequiredMetadata = "RequiredMetadata",
        /// The environment is one of a list.
        AllowedEnvironments = "AllowedEnvironments",
        /// The certificate is renewed some days before its end.
        RenewalLeadTime = "RenewalLeadTime",
        /// The newest leaf lives no longer than some days.
        CertificateLifetime = "CertificateLifetime",
    }
}

impl PolicyType {
    /// Whether what a client writes decides alone: such a rule can refuse a change of the inventory.
    pub const fn judges_the_inventory(self) -> bool {
        matches!(
            self,
            Self::AllowedIssuers | Self::AllowedDomains | Self::RequiredMetadata | Self::AllowedEnvironments
        )
    }
}

string_enum! {
    /// How bad it is to break a policy rule.
    pub enum PolicySeverity ("policy severity") {
        /// Worth a look.
        Warning = "Warning",
        /// To be mended.
        Error = "Error",
        /// To be mended at once.
        Critical = "Critical",
    }
}

/// A compliance rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// Identifier.
    pub id: PolicyRuleId,
    /// Name, unique.
    pub name: String,
    /// What it looks at, and what it wants.
    pub config: PolicyConfig,
    /// Whether it is looked at.
    pub enabled: bool,
    /// Severity of its violations.
    pub severity: PolicySeverity,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

impl PolicyRule {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

/// A certificate that breaks a rule, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub resolved_at: Option<Timestamp>,
}
