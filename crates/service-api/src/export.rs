//! Certificates as files. Private keys never leave their agents, so none is ever in one.

use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::{CertificateId, VersionId};

/// An issued version as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemExport {
    /// The leaf.
    pub certificate: String,
    /// What is above it, without the root; may be empty.
    pub chain: String,
}

/// Use cases of exports. Each counts against the hourly limit of who asks (`too_many_requests`).
#[async_trait]
pub trait ExportService: Send + Sync {
    /// The newest version, or the named one.
    async fn pem(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
    ) -> Result<PemExport, ServiceError>;
    /// The same as a PKCS#12 trust store.
    async fn pkcs12(
        &self,
        who: &Actor,
        id: &CertificateId,
        version: Option<VersionId>,
        password: &str,
    ) -> Result<Vec<u8>, ServiceError>;
}
