//! Storage of renewal policies.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::id::{AgentGroupId, RenewalPolicyId};
use certctl_domain::renewal::RenewalPolicy;

/// Renewal policies.
pub trait RenewalPolicyRepo {
    /// One row, if it exists.
    fn find(&mut self, id: &RenewalPolicyId) -> Result<Option<RenewalPolicy>, StoreError>;
    /// One page, newest first.
    fn list(&mut self, page: &PageRequest) -> Result<Page<RenewalPolicy>, StoreError>;
    /// Adds a row. `Duplicate{renewal_policy.id|renewal_policy.name}`,
    /// `Missing{renewal_policy.agent_group_id}`.
    fn insert(&mut self, policy: &RenewalPolicy) -> Result<(), StoreError>;
    /// Writes the row if its last change was at `unchanged_since`; otherwise `Stale`.
    /// `Duplicate{renewal_policy.name}`, `Missing{renewal_policy.agent_group_id}`.
    fn update(&mut self, policy: &RenewalPolicy, unchanged_since: Timestamp) -> Result<(), StoreError>;
    /// How many certificates follow it.
    fn certificates(&mut self, id: &RenewalPolicyId) -> Result<u64, StoreError>;
    /// Those limited to an agent group, by id.
    fn limited_to(&mut self, group: &AgentGroupId) -> Result<Vec<RenewalPolicyId>, StoreError>;
    /// Removes a row. `InUse{certificate.renewal_policy_id}`; `Stale` when absent.
    fn delete(&mut self, id: &RenewalPolicyId) -> Result<(), StoreError>;
}
