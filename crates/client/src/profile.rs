//! Certificate profiles.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::profile::{Profile, ProfileRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::ProfileId;

/// `/profiles`.
#[derive(Debug, Clone, Copy)]
pub struct Profiles<'c>(pub(crate) &'c Client);

impl Profiles<'_> {
    /// One page of the certificate profiles.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Profile>, ClientError> {
        self.0.get(&["profiles"]).list(query).send().await
    }

    /// One profile.
    pub async fn get(&self, id: &ProfileId) -> Result<Profile, ClientError> {
        self.0.get(&["profiles", id.as_str()]).send().await
    }

    /// One profile with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &ProfileId) -> Result<Tagged<Profile>, ClientError> {
        self.0.get(&["profiles", id.as_str()]).send_tagged().await
    }

    /// Adds a certificate profile.
    pub async fn create(&self, request: &ProfileRequest) -> Result<Profile, ClientError> {
        self.0.post(&["profiles"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &ProfileId,
        request: &ProfileRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Profile>, ClientError> {
        self.0.put(&["profiles", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &ProfileId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Profile>, ClientError> {
        self.0.patch(&["profiles", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a certificate profile that nothing refers to.
    pub async fn delete(&self, id: &ProfileId) -> Result<(), ClientError> {
        self.0.delete(&["profiles", id.as_str()]).send_unit().await
    }
}
