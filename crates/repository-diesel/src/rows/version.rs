//! Rows of `certificate_versions`.

use super::{IntoDomain, Origin, text};
use crate::schema::certificate_versions;
use crate::types::DbTime;
use certctl_domain::version::CertificateVersion;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificate_versions, treat_none_as_default_value = false)]
pub(crate) struct VersionRow {
    id: String,
    certificate_id: String,
    issuer_id: String,
    job_id: Option<String>,
    agent_id: Option<String>,
    serial_number: String,
    not_before: DbTime,
    not_after: DbTime,
    fingerprint_sha256: String,
    pem_chain: String,
    csr_pem: String,
    key_algorithm: String,
    key_size: i64,
    created_at: DbTime,
}

impl From<&CertificateVersion> for VersionRow {
    fn from(version: &CertificateVersion) -> Self {
        Self {
            id: version.id.to_string(),
            certificate_id: version.certificate_id.to_string(),
            issuer_id: version.issuer_id.to_string(),
            job_id: text(version.job_id.as_ref()),
            agent_id: text(version.agent_id.as_ref()),
            serial_number: version.serial_number.clone(),
            not_before: version.not_before.into(),
            not_after: version.not_after.into(),
            fingerprint_sha256: version.fingerprint_sha256.clone(),
            pem_chain: version.pem_chain.clone(),
            csr_pem: version.csr_pem.clone(),
            key_algorithm: version.key_algorithm.clone(),
            key_size: version.key_size.into(),
            created_at: version.created_at.into(),
        }
    }
}

impl IntoDomain for VersionRow {
    type Domain = CertificateVersion;

    fn into_domain(self) -> Result<CertificateVersion, StoreError> {
        let at = Origin { table: "certificate_versions", id: &self.id };
        Ok(CertificateVersion {
            id: at.parse("id", &self.id)?,
            certificate_id: at.parse("certificate_id", &self.certificate_id)?,
            issuer_id: at.parse("issuer_id", &self.issuer_id)?,
            job_id: at.parse_set("job_id", self.job_id.as_deref())?,
            agent_id: at.parse_set("agent_id", self.agent_id.as_deref())?,
            serial_number: self.serial_number,
            not_before: self.not_before.into(),
            not_after: self.not_after.into(),
            fingerprint_sha256: self.fingerprint_sha256,
            pem_chain: self.pem_chain,
            csr_pem: self.csr_pem,
            key_algorithm: self.key_algorithm,
            key_size: at.count("key_size", self.key_size)?,
            created_at: self.created_at.into(),
        })
    }
}
