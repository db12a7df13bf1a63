//! CRLs as people look at them.

mod cache;
mod convert;
mod entries;
mod get;
mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    route!(table, read, list::list_crls);
    route!(table, read, get::get_crls);
    route!(table, read, entries::list_crl_entries);
    route!(table, Access::Holding(Permission::AdminRead), cache::get_crl_cache);
}
