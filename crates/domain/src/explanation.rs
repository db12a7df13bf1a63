//! What happens to a certificate next, and which rule says so.

use crate::Timestamp;
use crate::renewal::{Hold, Lifetime, Reason};

string_enum! {
    /// What happens next.
    pub enum NextAction ("next action") {
        /// A renewal, or the first issuance, is queued.
        Renew = "renew",
        /// What was issued is deployed.
        Deploy = "deploy",
        /// Something is under way or held back.
        Wait = "wait",
        /// Nothing, until somebody acts.
        None = "none",
    }
}

string_enum! {
    /// The rule that decided, or what stands in the way.
    pub enum Rule ("rule") {
        /// No leaf exists yet.
        NeverIssued = "never_issued",
        /// The renewal window.
        Window = "window",
        /// The renewal window, as a part of the lifetime.
        Fraction = "fraction",
        /// The CA suggests the time (RFC 9773).
        Ari = "ari",
        /// The leaf has expired.
        Expired = "expired",
        /// The pause after an issuance that failed or was cancelled.
        Backoff = "backoff",
        /// No maintenance window is open.
        MaintenanceWindow = "maintenance_window",
        /// A freeze.
        Freeze = "freeze",
        /// The leaf ends before work may start again.
        ExpiresFirst = "expires_first",
        /// An approval is missing.
        Approval = "approval",
        /// Too much was issued for the same names.
        CircuitOpen = "circuit_open",
        /// Automatic work is paused.
        Paused = "paused",
        /// The policy leaves renewal to people.
        AutoRenewOff = "auto_renew_off",
        /// No active target, so nobody can hold a key.
        NoKeyHolder = "no_key_holder",
        /// The agent is silent.
        AgentOffline = "agent_offline",
        /// The agent is no member of the policy's agent group.
        OutsideAgentGroup = "outside_agent_group",
        /// The profile is switched off or gone.
        ProfileDisabled = "profile_disabled",
        /// The issuer is switched off.
        IssuerDisabled = "issuer_disabled",
        /// An issuance is under way.
        InProgress = "in_progress",
        /// A deployment is queued or under way.
        DeploymentPending = "deployment_pending",
        /// The last deployment failed.
        DeploymentFailed = "deployment_failed",
        /// A failed deployment could not be undone.
        RollbackFailed = "rollback_failed",
        /// The certificate is revoked.
        Revoked = "revoked",
        /// The certificate is archived.
        Archived = "archived",
    }
}

impl From<Reason> for Rule {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::NeverIssued => Self::NeverIssued,
            Reason::Window => Self::Window,
            Reason::Fraction => Self::Fraction,
            Reason::Ari => Self::Ari,
            Reason::Expired => Self::Expired,
        }
    }
}

impl From<Hold> for Rule {
    fn from(hold: Hold) -> Self {
        match hold {
            Hold::Backoff => Self::Backoff,
            Hold::MaintenanceWindow => Self::MaintenanceWindow,
            Hold::Freeze => Self::Freeze,
        }
    }
}

/// What happens next to one key holder, or to the certificate as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub action: NextAction,
    /// When; absent when nothing, or nobody knows.
    pub at: Option<Timestamp>,
    /// The rule that decided.
    pub rule: Rule,
    /// The rule that would have forbidden it, had the leaf not been about to expire.
    pub overrides: Option<Rule>,
    /// The current leaf ends before.
    pub expires_first: bool,
    /// One sentence.
    pub message: String,
}

impl Step {
    /// Nothing happens by itself, because of `rule`.
    pub fn none(rule: Rule, message: impl Into<String>) -> Self {
        Self::new(NextAction::None, None, rule, message)
    }

    /// A step that overrides nothing.
    pub fn new(action: NextAction, at: Option<Timestamp>, rule: Rule, message: impl Into<String>) -> Self {
        Self { action, at, rule, overrides: None, expires_first: false, message: message.into() }
    }

    /// Whether a renewal is to be queued at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.action == NextAction::Renew && self.at.is_some_and(|at| at <= now)
    }
}

/// One key holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderStep {
    /// The agent.
    pub agent_id: crate::id::AgentId,
    /// Its current leaf.
    pub lifetime: Option<Lifetime>,
    /// What happens next.
    pub step: Step,
}

/// What stands in the way of the next step, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// Which rule.
    pub rule: Rule,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub next: String,
    /// Ids of the objects concerned.
    pub ids: Vec<String>,
}
