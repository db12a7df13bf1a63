//! Audit events: one per fact, written in the transaction of the change.

use crate::access::ActorType;
use crate::id::AuditEventId;
use crate::{JsonText, Timestamp};

/// One immutable audit event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Identifier.
    pub id: AuditEventId,
    /// Who: key name, agent id or `system`.
    pub actor: String,
    /// Kind of the actor.
    pub actor_type: ActorType,
    /// What, as `<noun>_<past participle>`, for example `certificate_created`.
    pub action: String,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Further facts, a JSON object without secrets.
    pub details: JsonText,
    /// Request that caused the change.
    pub request_id: Option<String>,
    /// Address the request came from.
    pub client_address: Option<String>,
    /// When.
    pub timestamp: Timestamp,
}
