//! Exports of texts.

use async_trait::async_trait;
use certctl_domain::id::{CertificateId, VersionId};
use certctl_service_api::export::{ExportService, PemExport};
use certctl_service_api::{Actor, ServiceError};
use std::time::Duration;

/// Knows `mc-1` and `sample-1`; exports of `mc-2` are over the limit.
pub(crate) struct Exports;

fn check(id: &CertificateId) -> Result<(), ServiceError> {
    match id.as_str() {
        "mc-1" | "sample-1" => Ok(()),
        "mc-2" => Err(ServiceError::Throttled { retry_after: Duration::from_mins(30) }),
        _ => Err(ServiceError::not_found("certificate", id)),
    }
}

#[async_trait]
impl ExportService for Exports {
    async fn pem(
        &self,
        _: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<PemExport, ServiceError> {
        check(id)?;
        let version = version.map_or_else(|| "newest".to_owned(), |version| version.to_string());
        Ok(PemExport { certificate: format!("leaf {version}\n"), chain: "chain\n".to_owned() })
    }

    async fn pkcs12(
        &self,
        _: &Actor,
        id: &CertificateId,
        _: Option<VersionId>,
        password: &str,
    ) -> Result<Vec<u8>, ServiceError> {
        check(id)?;
        Ok(format!("file for {}", password.len()).into_bytes())
    }
}
