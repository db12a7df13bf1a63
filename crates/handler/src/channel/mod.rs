//! Notification channels.

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
    let read = Access::Holding(Permission::NotificationRead);
    let write = Access::Holding(Permission::ChannelWrite);
    route!(table, read, list::list_notification_channels);
    route!(table, write, create::create_notification_channel);
    route!(table, read, get::get_notification_channel);
    route!(table, write, replace::replace_notification_channel);
    route!(table, write, patch::patch_notification_channel);
    route!(table, write, delete::delete_notification_channel);
}
