//! Owners.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
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

    /// One owner with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &OwnerId) -> Result<Tagged<Owner>, ClientError> {
        self.0.get(&["owners", id.as_str()]).send_tagged().await
    }

    /// Adds an owner.
    pub async fn create(&self, request: &OwnerRequest) -> Result<Owner, ClientError> {
        self.0.post(&["owners"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &OwnerId,
        request: &OwnerRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Owner>, ClientError> {
        self.0.put(&["owners", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &OwnerId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Owner>, ClientError> {
        self.0.patch(&["owners", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes an owner that nothing refers to.
    pub async fn delete(&self, id: &OwnerId) -> Result<(), ClientError> {
        self.0.delete(&["owners", id.as_str()]).send_unit().await
    }
}
