//! Managed certificates.

mod archive;
pub(crate) mod convert;
mod create;
mod deploy;
mod deployments;
mod export;
mod fields;
mod get;
mod list;
mod patch;
mod renew;
mod replace;
mod set_targets;
mod unarchive;
mod version;
mod versions;

use certctl_domain::access::Permission;
use certctl_http_core::{Access, RouteTable, route};

pub(crate) fn routes(table: &mut RouteTable) {
    let read = Access::Holding(Permission::InventoryRead);
    let write = Access::Holding(Permission::CertificateWrite);
    route!(table, read, list::list_certificates);
    // Before `{id}`, which would take its name for an identifier.
    route!(table, read, export::export_certificates);
    route!(table, write, create::create_certificate);
    route!(table, read, get::get_certificate);
    route!(table, write, replace::replace_certificate);
    route!(table, write, patch::patch_certificate);
    route!(table, write, archive::archive_certificate);
    route!(table, write, unarchive::unarchive_certificate);
    route!(table, read, versions::list_certificate_versions);
    route!(table, read, version::get_certificate_version);
    route!(table, read, deployments::list_certificate_deployments);
    route!(table, write, set_targets::set_certificate_targets);
    route!(table, Access::Holding(Permission::CertificateRenew), renew::renew_certificate);
    route!(table, Access::Holding(Permission::CertificateDeploy), deploy::deploy_certificate);
}
