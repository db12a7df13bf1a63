//! Issuers.

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
    let write = Access::Holding(Permission::IssuerWrite);
    route!(table, read, list::list_issuers);
    route!(table, write, create::create_issuer);
    route!(table, read, get::get_issuer);
    route!(table, write, replace::replace_issuer);
    route!(table, write, patch::patch_issuer);
    route!(table, write, delete::delete_issuer);
    route!(table, write, test::test_issuer);
}
