//! What happens to a certificate by itself.

use certctl_domain::Timestamp;
use certctl_domain::explanation::{NextAction, Rule};
use certctl_domain::id::{AgentId, CertificateId};
use serde::{Deserialize, Serialize};

/// Answer of `GET /certificates/{id}/explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Explanation {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The instant of the answer.
    pub at: Timestamp,
    /// What happens first.
    pub next: Step,
    /// What happens to the leaf of each agent that holds, or will hold, a key.
    pub holders: Vec<Holder>,
    /// What stands in the way, or will.
    pub blockers: Vec<Blocker>,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Step {
    /// What.
    pub action: NextAction,
    /// When; left out when nothing happens, or nobody knows when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The rule that decided.
    pub rule: Rule,
    /// The rule that would have forbidden it, had the leaf not been about to expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Rule>,
    /// Whether the current leaf ends before.
    pub expires_first: bool,
    /// One sentence.
    pub message: String,
}

/// One agent that holds, or will hold, a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Holder {
    /// The agent.
    pub agent_id: AgentId,
    /// When its current leaf was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Timestamp>,
    /// When its current leaf ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What happens next.
    pub next: Step,
}

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blocker {
    /// Which rule.
    pub code: Rule,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub next: String,
    /// Ids of the objects concerned.
    pub ids: Vec<String>,
}

/// Body of `POST /certificates/{id}/pause`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    /// Why, 1 to 500 characters.
    pub reason: String,
}
