//! Imports of texts.

use super::sample;
use async_trait::async_trait;
use certctl_domain::id::CertificateId;
use certctl_service_api::certificate::CertificateView;
use certctl_service_api::import::{ImportItem, ImportPlace, ImportService};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// Takes everything but the texts `known` and `ca`.
pub(crate) struct Imports;

fn check(item: &ImportItem) -> Result<(), ServiceError> {
    match item.pem.as_str() {
        "known" => Err(ServiceError::Conflict {
            code: ConflictCode::AlreadyExists,
            message: "this leaf is version cv-1 of certificate mc-1".to_owned(),
            details: Some(serde_json::json!({ "certificate_id": "mc-1" })),
        }),
        "ca" => Err(ServiceError::unprocessable("pem", "ca_certificate", "this is a CA certificate")),
        _ => Ok(()),
    }
}

#[async_trait]
impl ImportService for Imports {
    async fn import(
        &self,
        _: &Actor,
        _: ImportPlace,
        item: ImportItem,
    ) -> Result<CertificateView, ServiceError> {
        check(&item)?;
        Ok(sample::certificate(item.id.as_ref().map_or("mc-new", CertificateId::as_str)))
    }

    async fn import_many(
        &self,
        _: &Actor,
        _: ImportPlace,
        items: Vec<ImportItem>,
    ) -> Result<Vec<Result<CertificateId, ServiceError>>, ServiceError> {
        Ok(items.iter().map(|item| check(item).map(|()| sample::id("mc-new"))).collect())
    }

    fn split(&self, bundle: &str) -> Result<Vec<ImportItem>, ServiceError> {
        Ok(bundle.lines().map(|pem| ImportItem { id: None, name: None, pem: pem.to_owned() }).collect())
    }
}
