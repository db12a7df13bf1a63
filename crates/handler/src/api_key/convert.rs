//! Between the domain's API keys and their JSON bodies.

use certctl_api_types::api_key as api;
use certctl_domain::api_key::ApiKey;
use certctl_service_api::auth::NewApiKey;

pub(super) fn api_key(key: ApiKey) -> api::ApiKey {
    api::ApiKey {
        id: key.id,
        name: key.name,
        role: key.role,
        identity: key.identity,
        created_by: key.created_by,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
        revoked_at: key.revoked_at,
    }
}

pub(super) fn new_key(request: api::ApiKeyRequest) -> NewApiKey {
    let api::ApiKeyRequest { name, role, identity, expires_at } = request;
    NewApiKey { name, role, identity, expires_at }
}
