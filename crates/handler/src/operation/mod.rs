//! Operations: actions on many certificates.

mod cancel;
mod convert;
mod get;
mod items;
mod list;
mod pause;
mod reassign;
mod renew;
mod resume;
mod revoke;
mod wait;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::CertificateWrite);
    route!(table, Access::Holding(Permission::CertificateRenew), renew::bulk_renew_certificates);
    route!(table, Access::Holding(Permission::CertificateRevokeBulk), revoke::bulk_revoke_certificates);
    route!(table, write, reassign::bulk_reassign_certificates);
    route!(table, read, list::list_operations);
    route!(table, read, get::get_operation);
    route!(table, read, items::list_operation_items);
    route!(table, write, pause::pause_operation);
    route!(table, write, resume::resume_operation);
    route!(table, write, cancel::cancel_operation);
}
