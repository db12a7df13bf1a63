//! Revocations.

mod convert;
mod create;
mod list;
mod of_certificate;
mod revoke;
mod unhold;

pub(crate) use convert::revocation;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let revoke = Access::Holding(Permission::CertificateRevoke);
    route!(table, revoke, revoke::revoke_certificate);
    route!(table, revoke, unhold::unhold_certificate);
    route!(table, read, of_certificate::list_certificate_revocations);
    route!(table, read, list::list_revocations);
    route!(table, revoke, create::create_revocation);
}
