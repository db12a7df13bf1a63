//! Storage of operations on many certificates.

use crate::{CertificateFilter, Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, OperationId};
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};

/// Which operations a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperationFilter {
    /// Name of the action.
    pub kind: Option<String>,
    /// How far they are.
    pub state: Option<OperationState>,
}

/// Operations and their items.
pub trait OperationRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &OperationId) -> Result<Option<Operation>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &OperationFilter, page: &PageRequest) -> Result<Page<Operation>, StoreError>;
    /// Operations that have not ended and are not paused, oldest first; at most `limit`.
    fn unfinished(&mut self, limit: u32) -> Result<Vec<Operation>, StoreError>;
    /// Adds a row. `Duplicate{operation.id}`.
    fn insert(&mut self, operation: &Operation) -> Result<(), StoreError>;
    /// Writes state, totals and times if the operation has not ended; otherwise `Stale`.
    fn update(&mut self, operation: &Operation) -> Result<(), StoreError>;
    /// Adds every certificate that matches as a pending item in one statement, or, with `among`,
    /// those of them; returns how many there are.
    fn insert_matching(
        &mut self,
        id: &OperationId,
        filter: &CertificateFilter,
        among: Option<&[CertificateId]>,
    ) -> Result<u64, StoreError>;
    /// Adds these ids as pending items; what is an item already stays one. Returns how many are new.
    fn insert_ids(&mut self, id: &OperationId, certificates: &[CertificateId]) -> Result<u64, StoreError>;
    /// Those of these ids that no certificate has.
    fn unknown(&mut self, certificates: &[CertificateId]) -> Result<Vec<CertificateId>, StoreError>;
    /// Pending items by id, at most `limit`.
    fn pending(&mut self, id: &OperationId, limit: u32) -> Result<Vec<CertificateId>, StoreError>;
    /// Records the end of a pending item; `Stale` when it is not pending any more.
    fn finish(&mut self, item: &OperationItem) -> Result<(), StoreError>;
    /// Records the ends of pending items of one operation; `Stale` when one is not pending any more.
    fn finish_all(&mut self, items: &[OperationItem]) -> Result<(), StoreError>;
    /// Marks every pending item as cancelled; returns how many there were.
    fn cancel_pending(&mut self, id: &OperationId, at: Timestamp) -> Result<u64, StoreError>;
    /// One page of items, by certificate id.
    fn items(
        &mut self,
        id: &OperationId,
        state: Option<ItemState>,
        page: &PageRequest,
    ) -> Result<Page<OperationItem>, StoreError>;
    /// Removes up to `limit` items of the oldest operation that ended before, and the operation when
    /// none are left. None when there is no such operation; otherwise whether its row went.
    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<Option<bool>, StoreError>;
}
