//! Targets.

mod convert;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod replace;
mod test;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::TargetWrite);
    route!(table, read, list::list_targets);
    route!(table, write, create::create_target);
    route!(table, read, get::get_target);
    route!(table, write, replace::replace_target);
    route!(table, write, patch::patch_target);
    route!(table, write, delete::delete_target);
    route!(table, write, test::test_target);
}
