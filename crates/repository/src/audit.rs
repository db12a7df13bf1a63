//! Storage of audit events.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::access::ActorType;
use certctl_domain::audit::{AuditEvent, ChainLink};
use certctl_domain::id::AuditEventId;

/// Which events a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
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
    /// Request that caused the change, exact.
    pub request_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// Where a walk through the events stands: time and id of the last one seen.
pub type AuditPosition = (Timestamp, AuditEventId);

/// Audit events. Append-only: the database itself refuses UPDATE and DELETE.
pub trait AuditRepo {
    /// Adds an event, and queues it for its place in the chain.
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError>;
    /// Adds events, in this order; like `append` of each.
    fn append_all(&mut self, events: &[AuditEvent]) -> Result<(), StoreError>;
    /// One event.
    fn find(&mut self, id: &AuditEventId) -> Result<Option<AuditEvent>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEvent>, StoreError>;
    /// The next `limit` events after `after`, oldest first; nothing is counted.
    fn walk(
        &mut self,
        filter: &AuditFilter,
        after: Option<&AuditPosition>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError>;
    /// The places in the chain of those events that have one.
    fn links_of(&mut self, events: &[AuditEventId]) -> Result<Vec<ChainLink>, StoreError>;
}
