//! Compliance rules.

pub(crate) mod convert;
mod create;
mod delete;
mod get;
mod list;
mod patch;
mod preview;
mod replace;
mod violations;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::PolicyWrite);
    route!(table, read, list::list_policies);
    route!(table, write, create::create_policy);
    // Before the routes of one rule: `preview` would be an id.
    route!(table, read, preview::preview_policy);
    route!(table, read, get::get_policy);
    route!(table, write, replace::replace_policy);
    route!(table, write, patch::patch_policy);
    route!(table, write, delete::delete_policy);
    route!(table, read, violations::list_policy_violations);
}
