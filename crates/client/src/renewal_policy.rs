//! Renewal policies.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::renewal_policy::{RenewalPolicy, RenewalPolicyRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::RenewalPolicyId;

/// `/renewal-policies`.
#[derive(Debug, Clone, Copy)]
pub struct RenewalPolicies<'c>(pub(crate) &'c Client);

impl RenewalPolicies<'_> {
    /// One page of the renewal policies.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<RenewalPolicy>, ClientError> {
        self.0.get(&["renewal-policies"]).list(query).send().await
    }

    /// One renewal policy.
    pub async fn get(&self, id: &RenewalPolicyId) -> Result<RenewalPolicy, ClientError> {
        self.0.get(&["renewal-policies", id.as_str()]).send().await
    }

    /// One policy with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &RenewalPolicyId) -> Result<Tagged<RenewalPolicy>, ClientError> {
        self.0.get(&["renewal-policies", id.as_str()]).send_tagged().await
    }

    /// Adds a renewal policy.
    pub async fn create(&self, request: &RenewalPolicyRequest) -> Result<RenewalPolicy, ClientError> {
        self.0.post(&["renewal-policies"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &RenewalPolicyId,
        request: &RenewalPolicyRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<RenewalPolicy>, ClientError> {
        self.0.put(&["renewal-policies", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &RenewalPolicyId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<RenewalPolicy>, ClientError> {
        self.0.patch(&["renewal-policies", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a renewal policy that nothing refers to.
    pub async fn delete(&self, id: &RenewalPolicyId) -> Result<(), ClientError> {
        self.0.delete(&["renewal-policies", id.as_str()]).send_unit().await
    }
}
