//! Connectors the server was built with.

mod list;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Holding(Permission::InventoryRead), list::list_connector_types);
}
