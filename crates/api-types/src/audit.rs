//! The audit trail and the log of API calls.

use certctl_domain::Timestamp;
use certctl_domain::access::ActorType;
use certctl_domain::audit::CheckpointKind;
use certctl_domain::id::{ApiCallId, AuditCheckpointId, AuditEventId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One fact that was recorded, and can neither be changed nor removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// Identifier.
    pub id: AuditEventId,
    /// Who: key name, agent id or `system`.
    pub actor: String,
    /// Kind of the actor.
    pub actor_type: ActorType,
    /// What, for example `certificate_created`.
    pub action: String,
    /// Kind of the object.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Further facts. `before` and `after` hold the fields that changed.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: Value,
    /// When.
    pub timestamp: Timestamp,
    /// Request that caused the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Address the request came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_address: Option<String>,
    /// Place in the chain, from 1; absent for the first seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// SHA-256 of the hash before it and the event, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// A signed statement about the chain of audit events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    /// Identifier.
    pub id: AuditCheckpointId,
    /// `start` when everything before was exported and removed.
    pub kind: CheckpointKind,
    /// Place in the chain.
    pub sequence: i64,
    /// Hash at that place, lower-case hex.
    pub hash: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Key that signed: SHA-256 of the DER of its public half, lower-case hex.
    pub key_id: String,
    /// Ed25519 signature, lower-case hex.
    pub signature: String,
}

/// How the chain stands. Kept elsewhere, it proves later that nothing before it was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainState {
    /// Public half of the signing key: Ed25519, PEM.
    pub public_key: String,
    /// Id of the signing key.
    pub key_id: String,
    /// Place of the last event in the chain.
    pub sealed: i64,
    /// Newest signed statement; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

/// One API call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiCall {
    /// Identifier.
    pub id: ApiCallId,
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Pattern of the route; absent when none matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Key name or agent id; `anonymous` when the caller did not prove who it is.
    pub actor: String,
    /// Kind of the actor; absent for `anonymous`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_type: Option<ActorType>,
    /// SHA-256 of the body in lower-case hex; empty when there was none.
    pub body_sha256: String,
    /// Status of the answer; absent when the client went away first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Milliseconds to the answer.
    pub latency_ms: u64,
    /// Request id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Address of the client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_address: Option<String>,
    /// More than 0 in a row that stands for no call, but for so many that could not be recorded.
    pub lost: u64,
    /// When the call ended.
    pub timestamp: Timestamp,
}
