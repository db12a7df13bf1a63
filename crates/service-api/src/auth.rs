//! Credentials: who is behind a bearer token or a session, and API keys.

use crate::list::{ListRequest, Listing};
use crate::session::Stay;
use crate::{Actor, Identity, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;

/// A fresh API key. The token is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedKey {
    /// The key's row.
    pub key: ApiKey,
    /// Its bearer token.
    pub token: String,
}

impl std::fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedKey").field("key", &self.key.id).finish_non_exhaustive()
    }
}

/// A new API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApiKey {
    /// Name, 1 to 128 characters, unique among keys that are not revoked.
    pub name: String,
    /// Role.
    pub role: Role,
    /// The person or machine behind it, 1 to 128 characters; the name when absent.
    pub identity: Option<String>,
    /// End of validity, in the future; never when absent.
    pub expires_at: Option<Timestamp>,
}

/// Finds out who is behind a credential.
#[async_trait]
pub trait Authenticator: Send + Sync {
    /// The identity of a token; `invalid_credential` when it is unknown, revoked or expired.
    async fn authenticate(&self, bearer: &str) -> Result<Identity, ServiceError>;
    /// The open session of a token; `session_ended` when there is none any more.
    async fn resume(&self, session_token: &str) -> Result<Stay, ServiceError>;
}

/// Use cases of API keys.
#[async_trait]
pub trait ApiKeyService: Send + Sync {
    /// Makes a key.
    async fn create(&self, who: &Actor, new: NewApiKey) -> Result<IssuedKey, ServiceError>;
    /// One page, newest first, revoked and expired ones included.
    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<ApiKey>, ServiceError>;
    /// One key.
    async fn get(&self, who: &Actor, id: &ApiKeyId) -> Result<ApiKey, ServiceError>;
    /// Revokes a key at once. The last admin key that can be used stays.
    async fn revoke(&self, who: &Actor, id: &ApiKeyId) -> Result<(), ServiceError>;
}
