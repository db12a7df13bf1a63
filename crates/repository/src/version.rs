//! Storage of issued versions.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentId, CertificateId, VersionId};
use certctl_domain::version::CertificateVersion;
use std::collections::HashMap;

/// Issued versions. Rows never change.
pub trait VersionRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &VersionId) -> Result<Option<CertificateVersion>, StoreError>;
    /// The version of this leaf, if it is known.
    fn find_by_fingerprint(&mut self, sha256: &str) -> Result<Option<CertificateVersion>, StoreError>;
    /// The versions of these leaves, as far as they are known, in no given order.
    fn find_by_fingerprints(&mut self, sha256: &[&str]) -> Result<Vec<CertificateVersion>, StoreError>;
    /// The newest version whose key `agent` holds.
    fn latest_of_agent(
        &mut self,
        certificate: &CertificateId,
        agent: &AgentId,
    ) -> Result<Option<CertificateVersion>, StoreError>;
    /// First and last instant of the newest version of each of these certificates, by certificate.
    fn newest_validity(
        &mut self,
        certificates: &[CertificateId],
    ) -> Result<HashMap<CertificateId, (Timestamp, Timestamp)>, StoreError>;
    /// Versions of a certificate that have not ended at `at`, newest first.
    fn valid_at(
        &mut self,
        certificate: &CertificateId,
        at: Timestamp,
    ) -> Result<Vec<CertificateVersion>, StoreError>;
    /// Like [`valid_at`](Self::valid_at) of many certificates.
    fn valid_of(
        &mut self,
        certificates: &[CertificateId],
        at: Timestamp,
    ) -> Result<Vec<CertificateVersion>, StoreError>;
    /// Versions of a certificate, newest first.
    fn list(
        &mut self,
        certificate: &CertificateId,
        page: &PageRequest,
    ) -> Result<Page<CertificateVersion>, StoreError>;
    /// Adds a row. `Duplicate{version.fingerprint_sha256|version.serial_number}`.
    fn insert(&mut self, version: &CertificateVersion) -> Result<(), StoreError>;
    /// Adds rows, all or none; refused like `insert`.
    fn insert_all(&mut self, versions: &[CertificateVersion]) -> Result<(), StoreError>;
}
