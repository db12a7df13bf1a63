//! What digests tell: short lists of what is urgent, with exact totals, for everybody or for owners.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::id::{ApprovalRequestId, CertificateId, JobId, OwnerId};
use certctl_domain::job::JobKind;
use certctl_domain::statistics::InventoryCounts;

/// An owner who has certificates and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestOwner {
    /// Owner.
    pub id: OwnerId,
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// The first of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top<T> {
    /// The first ones.
    pub first: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// A certificate near or past its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringCertificate {
    /// Certificate.
    pub id: CertificateId,
    /// Common name.
    pub common_name: String,
    /// End of validity.
    pub expires_at: Timestamp,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedJob {
    /// Job.
    pub id: JobId,
    /// Kind.
    pub kind: JobKind,
    /// Certificate it is about.
    pub certificate_id: Option<CertificateId>,
    /// Common name of that certificate.
    pub common_name: Option<String>,
    /// Why.
    pub last_error: Option<String>,
    /// When.
    pub completed_at: Timestamp,
}

/// A request that nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingApproval {
    /// Request.
    pub id: ApprovalRequestId,
    /// Certificate that is to be issued.
    pub certificate_id: CertificateId,
    /// Its common name.
    pub common_name: String,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// Jobs in figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobFigures {
    /// Not ended.
    pub pending: u64,
    /// Given up since.
    pub failed: u64,
    /// Completed since.
    pub completed: u64,
}

/// Reading for digests. `owners` restricts to their certificates; empty means everything. Archived
/// certificates never count.
pub trait DigestRepo {
    /// Owners who have an address and at least one certificate, by id.
    fn owners(&mut self) -> Result<Vec<DigestOwner>, StoreError>;
    /// Certificates of these owners; expiring ones end after `now` and before `soon`. Counts rows: for
    /// everything there is [`crate::StatisticsRepo::inventory`].
    fn inventory_of(
        &mut self,
        owners: &[OwnerId],
        now: Timestamp,
        soon: Timestamp,
    ) -> Result<InventoryCounts, StoreError>;
    /// Certificates in service that end after `from` and before `to`, the most urgent first.
    fn ending(
        &mut self,
        owners: &[OwnerId],
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Top<ExpiringCertificate>, StoreError>;
    /// Jobs that wait or run now, and those that ended after `since`.
    fn job_figures(&mut self, owners: &[OwnerId], since: Timestamp) -> Result<JobFigures, StoreError>;
    /// Jobs that were given up after `since`, the latest first.
    fn failed_jobs(
        &mut self,
        owners: &[OwnerId],
        since: Timestamp,
        limit: u32,
    ) -> Result<Top<FailedJob>, StoreError>;
    /// Requests that wait for a decision, the oldest first.
    fn pending_approvals(
        &mut self,
        owners: &[OwnerId],
        limit: u32,
    ) -> Result<Top<PendingApproval>, StoreError>;
}
