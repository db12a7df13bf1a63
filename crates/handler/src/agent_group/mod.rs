//! Agent groups.

mod convert;
mod create;
mod delete;
mod get;
mod list;
mod members;
mod patch;
mod replace;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::GovernanceWrite);
    route!(table, read, list::list_agent_groups);
    route!(table, write, create::create_agent_group);
    route!(table, read, get::get_agent_group);
    route!(table, write, replace::replace_agent_group);
    route!(table, write, patch::patch_agent_group);
    route!(table, write, delete::delete_agent_group);
    route!(table, read, members::list_agent_group_members);
    route!(table, write, members::set_agent_group_member);
    route!(table, write, members::remove_agent_group_member);
}
