//! Owners.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::owner::{Owner, OwnerRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::OwnerId;

/// `/owners`.
#[derive(Debug, Clone, Copy)]
pub struct Owners<'c>(pub(crate) &'c Client);

impl Owners<'_> {
    /// One page of the owners; filter `team_id`.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Owner>, ClientError> {
        self.0.get(&["owners"]).list(query).send().await
    }

    /// One owner.
    pub async fn get(&self, id: &OwnerId) -> Result<Owner, ClientError> {
        self.0.get(&["owners", id.as_str()]).send().await
    }

    /// Adds an owner.
    pub async fn create(&self, request: &OwnerRequest) -> Result<Owner, ClientError> {
        self.0.post(&["owners"]).json(request).send().await
    }

    /// Replaces everything that can be set.
    pub async fn replace(&self, id: &OwnerId, request: &OwnerRequest) -> Result<Owner, ClientError> {
        self.0.put(&["owners", id.as_str()]).json(request).send().await
    }

    /// Changes the fields that `patch` names.
    pub async fn patch(&self, id: &OwnerId, patch: &MergePatch) -> Result<Owner, ClientError> {
        self.0.patch(&["owners", id.as_str()]).merge_patch(patch).send().await
    }

    /// Removes an owner that nothing refers to.
    pub async fn delete(&self, id: &OwnerId) -> Result<(), ClientError> {
        self.0.delete(&["owners", id.as_str()]).send_unit().await
    }
}
