//! Notifications.

mod convert;
mod get;
mod list;
mod read;
mod requeue;
mod requeue_many;
mod test;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::NotificationRead);
    let write = Access::Holding(Permission::NotificationWrite);
    route!(table, read, list::list_notifications);
    route!(table, write, requeue_many::requeue_notifications);
    route!(table, write, test::test_notification_channel);
    route!(table, read, get::get_notification);
    route!(table, write, read::mark_notification_read);
    route!(table, write, requeue::requeue_notification);
}
