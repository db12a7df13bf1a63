//! Storage of what CAs outside certctl revoked.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::id::VersionId;
use certctl_domain::revocation::CaRevocation;
use certctl_domain::version::CertificateVersion;

/// A CRL of a CA outside certctl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedCrl {
    /// Where it is.
    pub url: String,
    /// Certificate of the CA that signs it, DER.
    pub ca_der: Vec<u8>,
    /// Failures in a row.
    pub failures: u32,
}

/// A new leaf, and the CRL that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCrl {
    /// Version.
    pub version_id: VersionId,
    /// Where the CRL is.
    pub url: String,
    /// Certificate of the CA that issued the leaf, DER. The first leaf that names a CRL decides whose it
    /// is.
    pub ca_der: Vec<u8>,
}

/// How a look at a CRL went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlLook {
    /// Where it is.
    pub url: String,
    /// When it was looked at.
    pub checked_at: Timestamp,
    /// When to look again.
    pub next_check_at: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// Why the look failed; absent when it did not.
    pub error: Option<String>,
}

/// CRLs of CAs outside certctl, the leaves that name them, and what they say.
pub trait CrlWatchRepo {
    /// Watches the CRLs that these new leaves name, from `at` on.
    fn watch(&mut self, names: &[NamedCrl], at: Timestamp) -> Result<(), StoreError>;
    /// CRLs to look at by `at`, longest due first; at most `limit`.
    fn due(&mut self, at: Timestamp, limit: u32) -> Result<Vec<WatchedCrl>, StoreError>;
    /// Leaves that name a CRL, have not ended at `at` and are not known as revoked, with an id after
    /// `after`, by id; at most `limit`.
    fn leaves(
        &mut self,
        url: &str,
        at: Timestamp,
        after: &str,
        limit: u32,
    ) -> Result<Vec<CertificateVersion>, StoreError>;
    /// Records a look. One at which no leaf is left is the last.
    fn looked(&mut self, look: &CrlLook) -> Result<(), StoreError>;
    /// Forgets a CRL and who named it.
    fn forget(&mut self, url: &str) -> Result<(), StoreError>;
    /// Records what a CA revoked; false when it was known.
    fn mark(&mut self, revocation: &CaRevocation) -> Result<bool, StoreError>;
    /// What CAs revoked of a certificate's leaves, newest first.
    fn of_certificate(
        &mut self,
        certificate: &certctl_domain::id::CertificateId,
    ) -> Result<Vec<CaRevocation>, StoreError>;
}
