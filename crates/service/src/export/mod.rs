//! Certificates as files.

mod limit;

use crate::failure::Failure;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::id::{CertificateId, VersionId};
use certctl_domain::version::CertificateVersion;
use certctl_pki::{Certificate, chain_to_pem, parse_chain, pkcs12};
use certctl_repository::{PageRequest, Tx};
use certctl_service_api::export::{ExportService, PemExport};
use certctl_service_api::{Actor, ServiceError};
use limit::HourlyLimit;
use serde_json::{Value, json};
use std::sync::Arc;

/// Use cases of exports.
#[derive(Debug)]
pub struct Exports {
    base: Foundation,
    limit: HourlyLimit,
}

impl Exports {
    /// Over a store; `per_hour` is how often one person may export, zero sets no limit.
    pub fn new(base: Foundation, per_hour: u32) -> Self {
        Self { base, limit: HourlyLimit::new(per_hour) }
    }

    /// The version's chain, leaf first, with the export on record.
    async fn take(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
        (action, facts): (&'static str, Value),
    ) -> Result<Vec<Certificate>, ServiceError> {
        who.require(Permission::CertificateExport)?;
        let now = self.base.clock.now();
        self.limit.count(who.principal(), now)?;
        let (ids, who, id) = (Arc::clone(&self.base.ids), who.clone(), id.clone());
        let taken = self.base.store.write("certificate.export", move |tx| {
            let version = find(tx, &id, version.as_ref())?;
            let chain = parse_chain(&version.pem_chain).map_err(|error| unreadable(&version.id, &error))?;
            let mut details = json!({
                "version_id": version.id, "serial": version.serial_number, "has_private_key": false,
            });
            if let (Value::Object(details), Value::Object(facts)) = (&mut details, facts.clone()) {
                details.extend(facts);
            }
            let subject = ("certificate", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, action, subject, &details))?;
            Ok::<_, Failure>(chain)
        });
        Ok(taken.await?)
    }
}

fn find(
    tx: &mut dyn Tx,
    id: &CertificateId,
    version: Option<&VersionId>,
) -> Result<CertificateVersion, Failure> {
    crate::certificate::get(tx, id)?;
    let (found, wanted) = if let Some(version) = version {
        let found = tx.versions().find(version)?.filter(|found| found.certificate_id == *id);
        (found, version.to_string())
    } else {
        let newest = tx.versions().list(id, &PageRequest::first(1))?.items.into_iter().next();
        (newest, format!("of {id}"))
    };
    found.ok_or_else(|| Failure::Service(ServiceError::not_found("certificate version", wanted)))
}

fn unreadable(version: &VersionId, error: &certctl_pki::Error) -> Failure {
    let message = format!("the stored chain of version {version} cannot be read: {error}");
    Failure::Service(ServiceError::unprocessable("", "unreadable_chain", message))
}

#[async_trait]
impl ExportService for Exports {
    async fn pem(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<PemExport, ServiceError> {
        let chain = self.take(who, id, version, ("cert_export_pem", json!({}))).await?;
        let Some((leaf, above)) = chain.split_first() else {
            return Err(ServiceError::internal("a chain without a leaf was read"));
        };
        Ok(PemExport { certificate: leaf.to_pem(), chain: chain_to_pem(above) })
    }

    async fn pkcs12(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
        password: &str,
    ) -> Result<Vec<u8>, ServiceError> {
        let facts = json!({"cipher": "AES-256-CBC-PBE2-SHA256"});
        let chain = self.take(who, id, version, ("cert_export_pkcs12", facts)).await?;
        pkcs12::trust_store(&chain, password).map_err(ServiceError::internal)
    }
}
