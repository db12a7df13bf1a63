//! The audit trail and the log of API calls.

mod calls;
mod checkpoint;
mod convert;
mod csv;
mod export;
mod filter;
mod get;
mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::AuditRead);
    route!(table, read, list::list_audit_events);
    route!(table, read, export::export_audit_events);
    route!(table, read, checkpoint::get_audit_checkpoint);
    route!(table, read, calls::list_api_calls);
    route!(table, read, get::get_audit_event);
}
