//! Deployment targets.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::target::{Target, TargetRequest, TestQueued};
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

    /// Adds a target.
    pub async fn create(&self, request: &TargetRequest) -> Result<Target, ClientError> {
        self.0.post(&["targets"]).json(request).send().await
    }

    /// Replaces the description of a target.
    pub async fn replace(&self, id: &TargetId, request: &TargetRequest) -> Result<Target, ClientError> {
        self.0.put(&["targets", id.as_str()]).json(request).send().await
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
