//! Approval requests.

mod convert;
mod decide;
mod get;
mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let decide = Access::Holding(Permission::ApprovalDecide);
    route!(table, read, list::list_approvals);
    route!(table, read, get::get_approval);
    route!(table, decide, decide::approve_request);
    route!(table, decide, decide::reject_request);
}
