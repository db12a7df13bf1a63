//! Targets.

use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, JobId, TargetId};
use certctl_domain::issuer::{ConnectorSource, TestStatus};
use certctl_domain::target::TargetKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Target {
    /// Identifier.
    pub id: TargetId,
    /// Name, unique per agent.
    pub name: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: TargetKind,
    /// Agent that deploys to it.
    pub agent_id: AgentId,
    /// Configuration; each secret reads `{"set":true}`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether certificates are deployed to it.
    pub enabled: bool,
    /// When it was last tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tested_at: Option<Timestamp>,
    /// Result of the last test.
    pub test_status: TestStatus,
    /// Origin.
    pub source: ConnectorSource,
    /// When it was retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
    /// Why it was retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_reason: Option<String>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /targets` and `PUT /targets/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TargetId>,
    /// Name, 1 to 255 characters, unique per agent.
    pub name: String,
    /// Kind, for example `NGINX`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Agent that deploys to it.
    pub agent_id: AgentId,
    /// Configuration of the kind; send `{"set":true}` to keep a stored secret.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether certificates are deployed to it; `true` when left out.
    #[serde(default = "crate::issuer::yes")]
    pub enabled: bool,
}

/// Answer of `POST /targets/{id}/test`: the agent does the test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestQueued {
    /// Always `test_queued`.
    pub status: String,
    /// Job that holds the result; the target's `test_status` follows it.
    pub job_id: JobId,
}
