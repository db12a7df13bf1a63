//! Storage of API keys.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;

/// API keys.
pub trait ApiKeyRepo {
    /// The key with this token, revoked and expired ones included.
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<ApiKey>, StoreError>;
    /// All keys, newest first.
    fn list(&mut self) -> Result<Vec<ApiKey>, StoreError>;
    /// Adds a row. `Duplicate{api_key.name}` among keys that are not revoked.
    fn insert(&mut self, key: &ApiKey) -> Result<(), StoreError>;
    /// Revokes a key; `Stale` when it is revoked already or does not exist.
    fn revoke(&mut self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}
