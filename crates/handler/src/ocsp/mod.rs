//! The OCSP responder as administrators look at it.

mod convert;
mod responders;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Holding(Permission::AdminRead), responders::list_ocsp_responders);
}
