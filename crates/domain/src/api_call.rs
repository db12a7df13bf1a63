//! The log of API calls: who asked for what, and how it ended. It can be pruned, unlike the audit trail.

use crate::Timestamp;
use crate::access::ActorType;
use crate::id::ApiCallId;

/// One API call, or a note that some could not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCall {
    /// Identifier.
    pub id: ApiCallId,
    /// HTTP method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Pattern of the route, for example `/api/v1/teams/{id}`; absent when none matched.
    pub route: Option<String>,
    /// Key name or agent id; `anonymous` when the caller did not prove who it is.
    pub actor: String,
    /// Kind of the actor; absent for `anonymous`.
    pub actor_type: Option<ActorType>,
    /// SHA-256 of the body in lower-case hex; empty when there was none.
    pub body_sha256: String,
    /// Status of the answer; absent when the client went away first.
    pub status: Option<u16>,
    /// Time to the answer in milliseconds.
    pub latency_ms: u64,
    /// Request id.
    pub request_id: Option<String>,
    /// Address of the client.
    pub client_address: Option<String>,
    /// How many calls before this row could not be recorded; such a row stands for no call itself.
    pub lost: u64,
    /// When the call ended.
    pub timestamp: Timestamp,
}
