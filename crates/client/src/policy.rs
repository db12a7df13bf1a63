//! Compliance rules and their violations.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::policy::{
    PolicyPreview, PolicyPreviewRequest, PolicyRequest, PolicyRule, PolicyViolation,
};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::{PolicyRuleId, ViolationId};

/// `/policies` and `/violations`.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'c>(pub(crate) &'c Client);

impl Policies<'_> {
    /// One page of the rules.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<PolicyRule>, ClientError> {
        self.0.get(&["policies"]).list(query).send().await
    }

    /// One rule.
    pub async fn get(&self, id: &PolicyRuleId) -> Result<PolicyRule, ClientError> {
        self.0.get(&["policies", id.as_str()]).send().await
    }

    /// One rule with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &PolicyRuleId) -> Result<Tagged<PolicyRule>, ClientError> {
        self.0.get(&["policies", id.as_str()]).send_tagged().await
    }

    /// Adds a rule.
    pub async fn create(&self, request: &PolicyRequest) -> Result<PolicyRule, ClientError> {
        self.0.post(&["policies"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &PolicyRuleId,
        request: &PolicyRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<PolicyRule>, ClientError> {
        self.0.put(&["policies", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &PolicyRuleId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<PolicyRule>, ClientError> {
        self.0.patch(&["policies", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a rule with its violations.
    pub async fn delete(&self, id: &PolicyRuleId) -> Result<(), ClientError> {
        self.0.delete(&["policies", id.as_str()]).send_unit().await
    }

    /// Judges the whole inventory by a rule and stores nothing.
    pub async fn preview(&self, request: &PolicyPreviewRequest) -> Result<PolicyPreview, ClientError> {
        self.0.post(&["policies", "preview"]).json(request).send().await
    }

    /// One page of the violations of a rule, open and resolved.
    pub async fn violations_of(
        &self,
        id: &PolicyRuleId,
        query: &ListQuery,
    ) -> Result<Page<PolicyViolation>, ClientError> {
        self.0.get(&["policies", id.as_str(), "violations"]).list(query).send().await
    }

    /// One page of the violations of all rules; filters are `certificate_id`, `rule_id`, `severity`
    /// and `open`.
    pub async fn violations(&self, query: &ListQuery) -> Result<Page<PolicyViolation>, ClientError> {
        self.0.get(&["violations"]).list(query).send().await
    }

    /// One violation.
    pub async fn violation(&self, id: &ViolationId) -> Result<PolicyViolation, ClientError> {
        self.0.get(&["violations", id.as_str()]).send().await
    }
}
