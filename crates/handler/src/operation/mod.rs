//! Operations: actions on many certificates.

mod cancel;
mod convert;
mod get;
mod items;
mod list;
mod reassign;
mod renew;
mod wait;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::CertificateWrite);
    route!(table, Access::Holding(Permission::CertificateRenew), renew::bulk_renew_certificates);
    route!(table, write, reassign::bulk_reassign_certificates);
    route!(table, read, list::list_operations);
    route!(table, read, get::get_operation);
    route!(table, read, items::list_operation_items);
    route!(table, write, cancel::cancel_operation);
}
