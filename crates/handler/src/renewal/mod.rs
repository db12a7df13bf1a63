//! What happens to a certificate by itself.

mod convert;
mod explain;
mod pause;
mod unpause;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    route!(table, Access::Holding(Permission::InventoryRead), explain::explain_certificate);
    route!(table, Access::Holding(Permission::CertificateRenew), pause::pause_certificate);
    route!(table, Access::Holding(Permission::CertificateRenew), unpause::unpause_certificate);
}
