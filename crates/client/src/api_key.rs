//! API keys.

use crate::{Client, ClientError, ListQuery};
use certctl_api_types::Page;
use certctl_api_types::api_key::{ApiKey, ApiKeyCreated, ApiKeyRequest};
use certctl_domain::id::ApiKeyId;

/// `/api-keys`.
#[derive(Debug, Clone, Copy)]
pub struct ApiKeys<'c>(pub(crate) &'c Client);

impl ApiKeys<'_> {
    /// One page of the keys, revoked and expired ones included.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<ApiKey>, ClientError> {
        self.0.get(&["api-keys"]).list(query).send().await
    }

    /// One key.
    pub async fn get(&self, id: &ApiKeyId) -> Result<ApiKey, ClientError> {
        self.0.get(&["api-keys", id.as_str()]).send().await
    }

    /// Makes a key; the answer holds its token, which is shown only once.
    pub async fn create(&self, request: &ApiKeyRequest) -> Result<ApiKeyCreated, ClientError> {
        self.0.post(&["api-keys"]).json(request).send().await
    }

    /// Revokes a key at once. The last admin key that can be used stays.
    pub async fn revoke(&self, id: &ApiKeyId) -> Result<(), ClientError> {
        self.0.delete(&["api-keys", id.as_str()]).send_unit().await
    }
}
