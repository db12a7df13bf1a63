//! Certificate profiles.

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
    let write = Access::Holding(Permission::ProfileWrite);
    route!(table, read, list::list_profiles);
    route!(table, write, create::create_profile);
    route!(table, read, get::get_profile);
    route!(table, write, replace::replace_profile);
    route!(table, write, patch::patch_profile);
    route!(table, write, delete::delete_profile);
}
