//! What monitoring reads.

mod json;
mod text;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::MetricsRead);
    route!(table, read, json::get_metrics);
    route!(table, read, text::prometheus_metrics);
}
