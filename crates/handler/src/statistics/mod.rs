//! Figures about the whole installation.

mod days;
mod summary;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    route!(table, read, summary::get_summary);
    route!(table, read, summary::get_certificates_by_status);
    route!(table, read, days::get_expiration_timeline);
    route!(table, read, days::get_job_trends);
    route!(table, read, days::get_issuance_rate);
}
