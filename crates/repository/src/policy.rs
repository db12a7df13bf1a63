//! Storage of renewal policies.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::id::RenewalPolicyId;
use certctl_domain::renewal::RenewalPolicy;

/// Renewal policies.
pub trait RenewalPolicyRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &RenewalPolicyId) -> Result<Option<RenewalPolicy>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<RenewalPolicy>, StoreError>;
    /// Adds a row. `Duplicate{renewal_policy.id|renewal_policy.name}`.
    fn insert(&mut self, policy: &RenewalPolicy) -> Result<(), StoreError>;
}
