//! The audit trail and the log of API calls: read, exported, proved.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_domain::audit::{AuditEvent, ChainLink, Checkpoint, ExportFormat};
use certctl_domain::id::AuditEventId;

/// Filters of the events. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Actor, exact.
    pub actor: Option<String>,
    /// Kind of the actor.
    pub actor_type: Option<ActorType>,
    /// Action, exact.
    pub action: Option<String>,
    /// Kind of the object.
    pub resource_type: Option<String>,
    /// Id of the object.
    pub resource_id: Option<String>,
    /// Request that caused the change.
    pub request_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// Filters of the calls. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Actor, exact.
    pub actor: Option<String>,
    /// Method, exact.
    pub method: Option<String>,
    /// Beginning of the path.
    pub path_prefix: Option<String>,
    /// Status, exact.
    pub status: Option<u16>,
    /// Request id.
    pub request_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// An event with its place in the chain, which it gets within seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// The event.
    pub event: AuditEvent,
    /// Its place.
    pub link: Option<ChainLink>,
}

/// The last event of an export so far.
pub type ExportPosition = (Timestamp, AuditEventId);

/// What somebody needs who wants to check the chain later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainState {
    /// Public half of the signing key, PEM.
    pub public_key: String,
    /// Id of the signing key.
    pub key_id: String,
    /// Events in the chain so far, pruned ones included.
    pub sealed: i64,
    /// Newest signed statement; absent before the first.
    pub checkpoint: Option<Checkpoint>,
}

/// Use cases of the audit trail.
#[async_trait]
pub trait AuditService: Send + Sync {
    /// One page, newest first.
    async fn list(
        &self,
        who: &Actor,
        query: AuditQuery,
        page: ListRequest,
    ) -> Result<Listing<RecordedEvent>, ServiceError>;
    /// One event.
    async fn get(&self, who: &Actor, id: &AuditEventId) -> Result<RecordedEvent, ServiceError>;
    /// Records that `who` takes events out in `format`, and fixes the end of the export at now.
    async fn begin_export(
        &self,
        who: &Actor,
        query: AuditQuery,
        format: ExportFormat,
    ) -> Result<AuditQuery, ServiceError>;
    /// The next events of an export, oldest first; none at its end.
    async fn export_batch(
        &self,
        who: &Actor,
        query: &AuditQuery,
        after: Option<ExportPosition>,
    ) -> Result<Vec<RecordedEvent>, ServiceError>;
    /// How the chain stands.
    async fn chain(&self, who: &Actor) -> Result<ChainState, ServiceError>;
    /// One page of the API calls, newest first.
    async fn calls(
        &self,
        who: &Actor,
        query: CallQuery,
        page: ListRequest,
    ) -> Result<Listing<ApiCall>, ServiceError>;
}
