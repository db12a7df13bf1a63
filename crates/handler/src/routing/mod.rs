//! The routing of notifications.

mod convert;
mod get;
mod patch;
mod replace;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let write = Access::Holding(Permission::NotificationWrite);
    route!(table, Access::Holding(Permission::NotificationRead), get::get_notification_routing);
    route!(table, write, replace::replace_notification_routing);
    route!(table, write, patch::patch_notification_routing);
}
