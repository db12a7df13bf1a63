//! The digest.

mod preview;
mod send;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Holding(Permission::InventoryRead), preview::preview_digest);
    route!(table, Access::Holding(Permission::NotificationWrite), send::send_digest);
}
