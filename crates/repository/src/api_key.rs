//! Storage of API keys.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;

/// API keys.
pub trait ApiKeyRepo {
    /// The key with this token, revoked and expired ones included.
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<ApiKey>, StoreError>;
    /// One row, if it exists.
    fn find(&mut self, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError>;
    /// One page, newest first, revoked and expired ones included.
    fn list(&mut self, page: &PageRequest) -> Result<Page<ApiKey>, StoreError>;
    /// Ids of the admin keys that may be used at `now`. Until the transaction ends nobody else can
    /// revoke one of them.
    fn lock_usable_admins(&mut self, now: Timestamp) -> Result<Vec<ApiKeyId>, StoreError>;
    /// Records a use at `at`, unless one was recorded after `unless_after`. An unknown key changes nothing.
    fn record_use(&mut self, id: &ApiKeyId, at: Timestamp, unless_after: Timestamp)
    -> Result<(), StoreError>;
    /// Adds a row. `Duplicate{api_key.name}` among keys that are not revoked.
    fn insert(&mut self, key: &ApiKey) -> Result<(), StoreError>;
    /// Revokes a key; `Stale` when it is revoked already or does not exist.
    fn revoke(&mut self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError>;
}
