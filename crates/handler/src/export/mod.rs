//! Certificates as files.

mod file;
mod pem;
mod pkcs12;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let export = Access::Holding(Permission::CertificateExport);
    route!(table, export, pem::export_certificate_pem);
    route!(table, export, pkcs12::export_certificate_pkcs12);
}
