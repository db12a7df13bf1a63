//! Jobs.

mod action;
mod convert;
mod get;
mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::JobWrite);
    route!(table, read, list::list_jobs);
    route!(table, read, get::get_job);
    route!(table, write, action::cancel_job);
    route!(table, write, action::retry_job);
}
