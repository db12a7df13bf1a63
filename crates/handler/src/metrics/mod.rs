//! What monitoring reads.

mod json;
mod scrape;
mod text;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub use scrape::metrics_only;

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::MetricsRead);
    route!(table, read, json::get_metrics);
    route!(table, read, text::prometheus_metrics);
}
