//! Violations of compliance rules.

mod get;
mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    route!(table, read, list::list_violations);
    route!(table, read, get::get_violation);
}
