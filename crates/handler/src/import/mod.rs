//! Certificates that others issued, taken into the inventory.

mod batch;
mod one;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let write = Access::Holding(Permission::CertificateWrite);
    route!(table, write, one::import_certificate);
    route!(table, write, batch::import_certificates);
}
