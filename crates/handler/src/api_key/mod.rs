//! API keys.

mod convert;
mod create;
mod get;
mod list;
mod revoke;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let access = Access::Holding(Permission::ApiKeyWrite);
    route!(table, access, list::list_api_keys);
    route!(table, access, create::create_api_key);
    table.shows_secret();
    route!(table, access, get::get_api_key);
    route!(table, access, revoke::revoke_api_key);
}
