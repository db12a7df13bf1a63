//! Owners.

mod convert;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod replace;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::GovernanceWrite);
    route!(table, read, list::list_owners);
    route!(table, write, create::create_owner);
    route!(table, read, get::get_owner);
    route!(table, write, replace::replace_owner);
    route!(table, write, patch::patch_owner);
    route!(table, write, delete::delete_owner);
}
