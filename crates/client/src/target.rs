//! Deployment targets.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::target::{Target, TargetRequest, TestQueued};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::TargetId;

/// `/targets`.
#[derive(Debug, Clone, Copy)]
pub struct Targets<'c>(pub(crate) &'c Client);

impl Targets<'_> {
    /// One page of the targets.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Target>, ClientError> {
        self.0.get(&["targets"]).list(query).send().await
    }

    /// One target.
    pub async fn get(&self, id: &TargetId) -> Result<Target, ClientError> {
        self.0.get(&["targets", id.as_str()]).send().await
    }

    /// One target with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &TargetId) -> Result<Tagged<Target>, ClientError> {
        self.0.get(&["targets", id.as_str()]).send_tagged().await
    }

    /// Adds a target.
    pub async fn create(&self, request: &TargetRequest) -> Result<Target, ClientError> {
        self.0.post(&["targets"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &TargetId,
        request: &TargetRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Target>, ClientError> {
        self.0.put(&["targets", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &TargetId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Target>, ClientError> {
        self.0.patch(&["targets", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Retires a target.
    pub async fn delete(&self, id: &TargetId) -> Result<(), ClientError> {
        self.0.delete(&["targets", id.as_str()]).send_unit().await
    }

    /// Has the target's agent do a dry run; the job holds the result.
    pub async fn test(&self, id: &TargetId) -> Result<TestQueued, ClientError> {
        self.0.post(&["targets", id.as_str(), "test"]).send().await
    }
}
