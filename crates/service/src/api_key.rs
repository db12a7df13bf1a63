//! API keys of people and machines.

use crate::failure::Failure;
use crate::support::{Foundation, all_of, audit_event, check_name, listing, page_request};
use async_trait::async_trait;
use certctl_crypto::Token;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_repository::Tx;
use certctl_service_api::auth::{ApiKeyService, IssuedKey, NewApiKey};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Prefix of API keys, so that people and secret scanners can tell what a found token is.
pub(crate) const TOKEN_PREFIX: &str = "ck";

/// Use cases of API keys.
#[derive(Debug)]
pub struct ApiKeys {
    base: Foundation,
    /// Whether the configuration has an admin key, which nobody can revoke here.
    configured_admin: bool,
}

impl ApiKeys {
    /// Over a store; `configured_admin` tells whether the configuration has an admin key of its own.
    pub const fn new(base: Foundation, configured_admin: bool) -> Self {
        Self { base, configured_admin }
    }
}

fn get(tx: &mut dyn Tx, id: &ApiKeyId) -> Result<ApiKey, Failure> {
    tx.api_keys().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("API key", id)))
}

fn last_admin(key: &ApiKey) -> ServiceError {
    ServiceError::conflict(
        ConflictCode::InUse,
        format!("{} is the last admin key that can be used; make another one first", key.id),
    )
}

fn check(new: &NewApiKey, now: Timestamp) -> Result<(), ServiceError> {
    let expiry = match new.expires_at {
        Some(end) if end <= now => {
            Err(ServiceError::invalid("expires_at", "out_of_range", "must be in the future"))
        }
        _ => Ok(()),
    };
    all_of([
        check_actor("name", &new.name),
        new.identity.as_ref().map_or(Ok(()), |identity| check_actor("identity", identity)),
        expiry,
    ])
}

fn check_actor(field: &str, text: &str) -> Result<(), ServiceError> {
    check_name(field, text, 128)?;
    if text == Actor::system().name() {
        return Err(ServiceError::invalid(
            field,
            "reserved",
            "this name stands for certctl itself in audit events",
        ));
    }
    Ok(())
}

#[async_trait]
impl ApiKeyService for ApiKeys {
    async fn create(&self, who: &Actor, new: NewApiKey) -> Result<IssuedKey, ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let now = self.base.clock.now();
        check(&new, now)?;
        let token = Token::generate(TOKEN_PREFIX).map_err(ServiceError::internal)?;
        let (ids, who) = (Arc::clone(&self.base.ids), who.clone());
        let key = ApiKey {
            id: ApiKeyId::mint(&*ids),
            identity: new.identity.unwrap_or_else(|| new.name.clone()),
            name: new.name,
            role: new.role,
            token_hash: token.hash().to_owned(),
            created_by: who.name().to_owned(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let kept = key.clone();
        self.base
            .store
            .write("api_key.create", move |tx| {
                tx.api_keys().insert(&kept)?;
                let details = json!({
                    "name": kept.name,
                    "identity": kept.identity,
                    "role": kept.role,
                    "expires_at": kept.expires_at,
                });
                let subject = ("api_key", kept.id.as_str());
                tx.audit().append(&audit_event(&*ids, &who, now, "api_key_created", subject, &details))?;
                Ok::<_, Failure>(())
            })
            .await?;
        Ok(IssuedKey { key, token: token.text().expose().to_owned() })
    }

    async fn list(&self, who: &Actor, page: ListRequest) -> Result<Listing<ApiKey>, ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let request = page_request("api_keys", &page)?;
        let wanted = request.clone();
        let found =
            self.base.store.read("api_key.list", move |tx| Ok::<_, Failure>(tx.api_keys().list(&wanted)?));
        Ok(listing("api_keys", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &ApiKeyId) -> Result<ApiKey, ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let id = id.clone();
        Ok(self.base.store.read("api_key.get", move |tx| get(tx, &id)).await?)
    }

    /// Revoking a revoked key again changes nothing.
    async fn revoke(&self, who: &Actor, id: &ApiKeyId) -> Result<(), ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let configured_admin = self.configured_admin;
        let revoked = self.base.store.write("api_key.revoke", move |tx| {
            let key = get(tx, &id)?;
            if key.revoked_at.is_some() {
                return Ok(());
            }
            if !configured_admin && tx.api_keys().lock_usable_admins(now)? == [id.clone()] {
                return Err(Failure::Service(last_admin(&key)));
            }
            tx.api_keys().revoke(&id, now)?;
            let (subject, details) = (("api_key", id.as_str()), json!({"name": key.name}));
            tx.audit().append(&audit_event(&*ids, &who, now, "api_key_revoked", subject, &details))?;
            Ok::<_, Failure>(())
        });
        Ok(revoked.await?)
    }
}
