//! API keys in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_service_api::auth::{ApiKeyService, IssuedKey, NewApiKey};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// Knows `sample-1`, the last admin key, and `sample-2`.
pub(crate) struct ApiKeys;

fn find(id: &ApiKeyId) -> Result<ApiKey, ServiceError> {
    let known = ["sample-1", "sample-2"].contains(&id.as_str());
    if known { Ok(sample::api_key(id.as_str())) } else { Err(ServiceError::not_found("API key", id)) }
}

#[async_trait]
impl ApiKeyService for ApiKeys {
    async fn create(&self, who: &Actor, new: NewApiKey) -> Result<IssuedKey, ServiceError> {
        let key = ApiKey {
            identity: new.identity.unwrap_or_else(|| new.name.clone()),
            name: new.name,
            role: new.role,
            created_by: who.name().to_owned(),
            expires_at: new.expires_at,
            last_used_at: None,
            ..sample::api_key("sample-new")
        };
        Ok(IssuedKey { key, token: "ck_shown-once".to_owned() })
    }

    async fn list(&self, _: &Actor, page: ListRequest) -> Result<Listing<ApiKey>, ServiceError> {
        page_of(&["sample-1", "sample-2"].map(sample::api_key), &page)
    }

    async fn get(&self, _: &Actor, id: &ApiKeyId) -> Result<ApiKey, ServiceError> {
        find(id)
    }

    async fn revoke(&self, _: &Actor, id: &ApiKeyId) -> Result<(), ServiceError> {
        find(id)?;
        if id.as_str() == "sample-1" {
            return Err(ServiceError::conflict(ConflictCode::InUse, "it is the last admin key"));
        }
        Ok(())
    }
}
