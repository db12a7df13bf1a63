//! Storage of approval requests.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::id::{ApprovalRequestId, CertificateId, JobId};

/// Which approval requests a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// State.
    pub state: Option<ApprovalState>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Name of the requester.
    pub requested_by: Option<String>,
}

/// Approval requests.
pub trait ApprovalRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &ApprovalRequestId) -> Result<Option<ApprovalRequest>, StoreError>;
    /// The request of a job, whatever its state.
    fn of_job(&mut self, job: &JobId) -> Result<Option<ApprovalRequest>, StoreError>;
    /// One page, newest first.
    fn list(
        &mut self,
        filter: &ApprovalFilter,
        page: &PageRequest,
    ) -> Result<Page<ApprovalRequest>, StoreError>;
    /// Adds a row. `Duplicate{approval.id|approval.job_id}`, `Missing{approval.certificate_id}`.
    fn insert(&mut self, request: &ApprovalRequest) -> Result<(), StoreError>;
    /// Writes a decision if the stored row is still pending; otherwise `Stale`.
    fn decide(&mut self, request: &ApprovalRequest) -> Result<(), StoreError>;
    /// Pending ones created before this time whose end was not told yet, oldest first.
    fn untold(&mut self, created_before: Timestamp, limit: u32) -> Result<Vec<ApprovalRequest>, StoreError>;
    /// Remembers that the end of a pending one was told; false when it was before, or is not pending.
    fn note_told(&mut self, id: &ApprovalRequestId, at: Timestamp) -> Result<bool, StoreError>;
}
