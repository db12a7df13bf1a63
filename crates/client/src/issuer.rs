//! Certificate authorities.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::issuer::{Issuer, IssuerRequest, TestResult};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::IssuerId;

/// `/issuers`.
#[derive(Debug, Clone, Copy)]
pub struct Issuers<'c>(pub(crate) &'c Client);

impl Issuers<'_> {
    /// One page of the issuers.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Issuer>, ClientError> {
        self.0.get(&["issuers"]).list(query).send().await
    }

    /// One issuer.
    pub async fn get(&self, id: &IssuerId) -> Result<Issuer, ClientError> {
        self.0.get(&["issuers", id.as_str()]).send().await
    }

    /// One issuer with the tag that guards changes of it.
    pub async fn get_tagged(&self, id: &IssuerId) -> Result<Tagged<Issuer>, ClientError> {
        self.0.get(&["issuers", id.as_str()]).send_tagged().await
    }

    /// Adds an issuer.
    pub async fn create(&self, request: &IssuerRequest) -> Result<Issuer, ClientError> {
        self.0.post(&["issuers"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &IssuerId,
        request: &IssuerRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Issuer>, ClientError> {
        self.0.put(&["issuers", id.as_str()]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &IssuerId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Issuer>, ClientError> {
        self.0.patch(&["issuers", id.as_str()]).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Deletes an issuer that nothing refers to.
    pub async fn delete(&self, id: &IssuerId) -> Result<(), ClientError> {
        self.0.delete(&["issuers", id.as_str()]).send_unit().await
    }

    /// Checks configuration, keys and reachability.
    pub async fn test(&self, id: &IssuerId) -> Result<TestResult, ClientError> {
        self.0.post(&["issuers", id.as_str(), "test"]).send().await
    }
}
