//! The one error of all use cases, free of HTTP, with a stable code each.

use certctl_domain::InvalidTransition;
use certctl_domain::access::Permission;
use certctl_domain::id::{AgentId, PolicyRuleId};
use certctl_domain::policy::PolicySeverity;
use std::time::Duration;

/// One refused input field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// JSON path of the field, for example `sans[2]`; empty when the whole input is meant.
    pub field: String,
    /// Stable reason in `snake_case`, for example `unknown_reference`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// A refused field.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// An object that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Kind, for example `certificate`.
    pub kind: &'static str,
    /// Id that was asked for.
    pub id: String,
}

/// A compliance rule that an action would break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule.
    pub rule_id: PolicyRuleId,
    /// Its severity.
    pub severity: PolicySeverity,
    /// What breaks it.
    pub message: String,
}

/// Why an action conflicts with the state of its object. The text is the stable error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictCode {
    /// The name or id is taken.
    AlreadyExists,
    /// Others refer to the object.
    InUse,
    /// The object changed since it was read.
    Stale,
    /// The object's state does not allow the action.
    InvalidState,
    /// An issuance of the certificate is under way.
    AlreadyRenewing,
    /// The certificate has no active target, so no agent can make its key.
    NoKeyHolder,
    /// The agent still has targets, certificates or jobs.
    BlockedByDependencies,
    /// The lease of the job is held by somebody else now.
    LeaseLost,
    /// Another CSR was accepted for the job already.
    CsrAlreadyAccepted,
    /// No job of the certificate waits for a CSR of this agent.
    NoJobAwaitingCsr,
    /// The connector is switched off.
    Disabled,
    /// The approval request was decided before.
    AlreadyDecided,
    /// More or fewer objects match than the caller expects.
    CountMismatch,
    /// A freeze of the renewal policy covers the moment.
    Frozen,
    /// Too much was issued for the same names.
    IssuanceLimit,
    /// The environment of the server says what the object is.
    OwnedByEnvironment,
}

impl ConflictCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::AlreadyExists,
        Self::InUse,
        Self::Stale,
        Self::InvalidState,
        Self::AlreadyRenewing,
        Self::NoKeyHolder,
        Self::BlockedByDependencies,
        Self::LeaseLost,
        Self::CsrAlreadyAccepted,
        Self::NoJobAwaitingCsr,
        Self::Disabled,
        Self::AlreadyDecided,
        Self::CountMismatch,
        Self::Frozen,
        Self::IssuanceLimit,
        Self::OwnedByEnvironment,
    ];

    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::InUse => "in_use",
            Self::Stale => "stale",
            Self::InvalidState => "invalid_state",
            Self::AlreadyRenewing => "already_renewing",
            Self::NoKeyHolder => "no_key_holder",
            Self::BlockedByDependencies => "blocked_by_dependencies",
            Self::LeaseLost => "lease_lost",
            Self::CsrAlreadyAccepted => "csr_already_accepted",
            Self::NoJobAwaitingCsr => "no_job_awaiting_csr",
            Self::Disabled => "disabled",
            Self::AlreadyDecided => "already_decided",
            Self::CountMismatch => "count_mismatch",
            Self::Frozen => "frozen",
            Self::IssuanceLimit => "issuance_limit",
            Self::OwnedByEnvironment => "owned_by_environment",
        }
    }
}

/// A refused or failed use case.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The object does not exist.
    #[error("{} {} does not exist", .0.kind, .0.id)]
    NotFound(NotFound),
    /// The input is malformed.
    #[error("the request is not acceptable: {}", summary(.0))]
    Invalid(Vec<FieldError>),
    /// The input is well-formed but breaks a rule or refers to something that does not exist.
    #[error("the request breaks a rule: {}", summary(.0))]
    Unprocessable(Vec<FieldError>),
    /// The action would break compliance rules of a severity that stops it.
    #[error("it would break {}; change what they name, or the rules", rules(.0))]
    PolicyViolation(Vec<BrokenRule>),
    /// The state of the object does not allow the action.
    #[error("{message}")]
    Conflict {
        /// Stable code.
        code: ConflictCode,
        /// What conflicts and what to do next.
        message: String,
        /// Further facts for the `details` of the error body, for example counts.
        details: Option<serde_json::Value>,
    },
    /// No credential, or one that is not known, expired or used up.
    #[error("{message}")]
    Unauthenticated {
        /// Stable code: `missing_credential`, `invalid_credential`, `session_ended` or `invalid_enrolment_token`.
        code: &'static str,
        /// What to do next.
        message: &'static str,
    },
    /// The credential does not allow the action.
    #[error("this credential lacks the permission {permission}")]
    Forbidden {
        /// What would be needed.
        permission: Permission,
    },
    /// The caller may do such things, but not this one.
    #[error("{message}")]
    Refused {
        /// Stable code: `same_person`, or `forbidden` where nobody may.
        code: &'static str,
        /// Why, and who can.
        message: String,
    },
    /// The agent has been retired.
    #[error("agent {id} has been retired")]
    Retired {
        /// The agent.
        id: AgentId,
    },
    /// Too many calls.
    #[error("too many requests")]
    Throttled {
        /// When to come back.
        retry_after: Duration,
    },
    /// A certificate authority or target failed while somebody waits for it.
    #[error("{message}")]
    Upstream {
        /// What failed and what to do next.
        message: String,
    },
    /// A feature is switched off or lacks its surroundings.
    #[error("{message}")]
    NotConfigured {
        /// Stable code: `digest_off`, `no_email_channel` or `no_digest_recipients`.
        code: &'static str,
        /// What is missing, and how to provide it.
        message: String,
    },
    /// The database cannot be reached, or is overloaded.
    #[error("the service is not available at the moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A defect; details go to the log only.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn summary(fields: &[FieldError]) -> String {
    let texts: Vec<_> = fields
        .iter()
        .map(|f| if f.field.is_empty() { f.message.clone() } else { format!("{}: {}", f.field, f.message) })
        .collect();
    texts.join("; ")
}

fn rules(broken: &[BrokenRule]) -> String {
    let texts: Vec<_> = broken
        .iter()
        .map(|rule| format!("policy rule {} ({}): {}", rule.rule_id, rule.severity, rule.message))
        .collect();
    texts.join("; ")
}

impl ServiceError {
    /// An object that does not exist.
    pub fn not_found(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self::NotFound(NotFound { kind, id: id.to_string() })
    }

    /// One malformed field.
    pub fn invalid(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// One field that breaks a rule.
    pub fn unprocessable(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self::Unprocessable(vec![FieldError::new(field, code, message)])
    }

    /// A conflict without further facts.
    pub fn conflict(code: ConflictCode, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into(), details: None }
    }

    /// A defect with its cause.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// The stable `snake_case` code of the error body.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Invalid(_) => "invalid_request",
            Self::Unprocessable(_) => "unprocessable",
            Self::PolicyViolation(_) => "policy_violation",
            Self::Conflict { code, .. } => code.as_str(),
            Self::Unauthenticated { code, .. }
            | Self::Refused { code, .. }
            | Self::NotConfigured { code, .. } => code,
            Self::Forbidden { .. } => "forbidden",
            Self::Retired { .. } => "agent_retired",
            Self::Throttled { .. } => "too_many_requests",
            Self::Upstream { .. } => "upstream_failed",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal_error",
        }
    }
}

impl From<InvalidTransition> for ServiceError {
    fn from(error: InvalidTransition) -> Self {
        Self::conflict(ConflictCode::InvalidState, error.to_string())
    }
}
