//! Storage of issuers.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::IssuerId;
use certctl_domain::issuer::{Issuer, IssuerKind, TestStatus};

/// Which issuers a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IssuerFilter {
    /// Kind.
    pub kind: Option<IssuerKind>,
    /// Switched on or off.
    pub enabled: Option<bool>,
}

/// Issuers.
pub trait IssuerRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &IssuerId) -> Result<Option<Issuer>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &IssuerFilter, page: &PageRequest) -> Result<Page<Issuer>, StoreError>;
    /// Adds a row. `Duplicate{issuer.id|issuer.name}`.
    fn insert(&mut self, issuer: &Issuer) -> Result<(), StoreError>;
    /// Writes the row if the stored revision is `issuer.revision`, and grows the revision; otherwise `Stale`.
    fn update(&mut self, issuer: &mut Issuer) -> Result<(), StoreError>;
    /// Records a test result without touching the revision.
    fn record_test(&mut self, id: &IssuerId, status: TestStatus, at: Timestamp) -> Result<(), StoreError>;
    /// Certificates that name it.
    fn certificates(&mut self, id: &IssuerId) -> Result<u64, StoreError>;
    /// Issuances that the ledger keeps of it.
    fn issuances(&mut self, id: &IssuerId) -> Result<u64, StoreError>;
    /// Removes a row and its CA keys. `InUse{certificate.issuer_id|issuance.issuer_id}`; `Stale` when absent.
    fn delete(&mut self, id: &IssuerId) -> Result<(), StoreError>;
}
