//! Jobs.

mod action;
mod approval;
mod convert;
mod get;
mod list;
mod timeline;
mod verification;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::JobWrite);
    route!(table, read, list::list_jobs);
    route!(table, read, get::get_job);
    route!(table, read, timeline::get_timeline);
    route!(table, write, action::cancel_job);
    route!(table, write, action::retry_job);
    let decide = Access::Holding(Permission::ApprovalDecide);
    route!(table, decide, approval::approve_job);
    route!(table, decide, approval::reject_job);
    // The path names a job: only the service can tell whose agent may speak about it.
    route!(table, Access::Authenticated, verification::verify_job);
    route!(table, read, verification::get_verification);
}
