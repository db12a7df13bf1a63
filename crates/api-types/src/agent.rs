//! Agents and their enrolment.

use certctl_domain::Timestamp;
use certctl_domain::agent::AgentStatus;
use certctl_domain::id::AgentId;
use serde::{Deserialize, Serialize};

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agent {
    /// Identifier.
    pub id: AgentId,
    /// Name, unique among agents in service.
    pub name: String,
    /// Host name.
    pub hostname: String,
    /// Reachability; a retired agent is `Offline`.
    pub status: AgentStatus,
    /// Last heartbeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_heartbeat_at: Option<Timestamp>,
    /// When it was created or enrolled.
    pub registered_at: Timestamp,
    /// Operating system.
    pub os: String,
    /// CPU architecture.
    pub architecture: String,
    /// Address it reported.
    pub ip_address: String,
    /// Version of the agent.
    pub version: String,
    /// When it was retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
    /// Why it was retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_reason: Option<String>,
}

/// Body of `POST /agents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentRequest {
    /// Name, 1 to 128 characters.
    pub name: String,
    /// Host name.
    pub hostname: String,
    /// Operating system.
    #[serde(default)]
    pub os: String,
    /// CPU architecture.
    #[serde(default)]
    pub architecture: String,
    /// Address.
    #[serde(default)]
    pub ip_address: String,
    /// Version.
    #[serde(default)]
    pub version: String,
}

/// Answer of `POST /agents`: the agent and a token with which it gets its credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentCreated {
    /// The agent.
    #[serde(flatten)]
    pub agent: Agent,
    /// One-time enrolment token; shown only here.
    pub enrolment_token: String,
    /// End of the token's validity.
    pub enrolment_token_expires_at: Timestamp,
}

/// Body of `POST /agents/enrolment-tokens`; may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolmentTokenRequest {
    /// Validity in seconds, 60 to 604800; one hour when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_seconds: Option<u64>,
}

/// A one-time enrolment token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolmentToken {
    /// The token; shown only here.
    pub token: String,
    /// End of validity.
    pub expires_at: Timestamp,
}

/// Body of `POST /agents/enroll`. The token comes in the header `X-Certctl-Bootstrap-Token`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// Name, 1 to 128 characters; the token's own agent keeps the name it was created with.
    pub name: String,
    /// Version of the agent.
    #[serde(default)]
    pub version: String,
    /// Host name.
    #[serde(default)]
    pub hostname: String,
    /// Operating system.
    #[serde(default)]
    pub os: String,
    /// CPU architecture.
    #[serde(default)]
    pub architecture: String,
    /// Address.
    #[serde(default)]
    pub ip_address: String,
}

/// Answer of `POST /agents/enroll`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    /// Identifier of the agent.
    pub agent_id: AgentId,
    /// Bearer credential of the agent; shown only here.
    pub api_key: String,
}

/// Body of `POST /agents/{id}/heartbeat`; may be left out. Blank values do not overwrite.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Heartbeat {
    /// Version of the agent.
    pub version: String,
    /// Host name.
    pub hostname: String,
    /// Operating system.
    pub os: String,
    /// CPU architecture.
    pub architecture: String,
    /// Address.
    pub ip_address: String,
}

/// What depends on an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentDependencyCounts {
    /// Targets that are not retired.
    pub active_targets: u64,
    /// Certificates mapped to those.
    pub active_certificates: u64,
    /// Jobs that have not ended.
    pub pending_jobs: u64,
}

/// Answer of `DELETE /agents/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetireAgentResponse {
    /// When it was retired.
    pub retired_at: Timestamp,
    /// Always false here; an agent that was retired before is answered with 204.
    pub already_retired: bool,
    /// Whether its targets and jobs went with it.
    pub cascade: bool,
    /// What depended on it.
    pub counts: AgentDependencyCounts,
}
