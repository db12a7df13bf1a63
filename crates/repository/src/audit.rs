//! Storage of audit events.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::audit::AuditEvent;

/// Which events a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Actor, exact.
    pub actor: Option<String>,
    /// Action, exact.
    pub action: Option<String>,
    /// Kind of the object.
    pub resource_type: Option<String>,
    /// Id of the object.
    pub resource_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// Audit events. Append-only: the database itself refuses UPDATE and DELETE.
pub trait AuditRepo {
    /// Adds an event.
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEvent>, StoreError>;
}
