//! API keys of people and machines.

use crate::failure::Failure;
use crate::support::{Foundation, audit_event, check_name};
use async_trait::async_trait;
use certctl_crypto::Token;
use certctl_domain::access::{Permission, Role};
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_service_api::auth::{ApiKeyService, IssuedKey};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Prefix of API keys, so that people and secret scanners can tell what a found token is.
pub(crate) const TOKEN_PREFIX: &str = "ck";

/// Use cases of API keys.
#[derive(Debug)]
pub struct ApiKeys {
    base: Foundation,
}

impl ApiKeys {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }
}

#[async_trait]
impl ApiKeyService for ApiKeys {
    async fn create(
        &self,
        who: &Actor,
        name: &str,
        role: Role,
        validity: Option<Duration>,
    ) -> Result<IssuedKey, ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        check_name("name", name, 128)?;
        if name == Actor::system().name() {
            return Err(ServiceError::invalid(
                "name",
                "reserved",
                "this name stands for certctl itself in audit events",
            ));
        }
        if validity.is_some_and(|validity| validity.is_zero()) {
            return Err(ServiceError::invalid(
                "validity",
                "out_of_range",
                "a key that is never valid is of no use",
            ));
        }
        let token = Token::generate(TOKEN_PREFIX).map_err(ServiceError::internal)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let key = ApiKey {
            id: ApiKeyId::mint(&*ids),
            name: name.to_owned(),
            role,
            token_hash: token.hash().to_owned(),
            created_at: now,
            expires_at: validity.map(|validity| now.plus(validity)),
            revoked_at: None,
        };
        let kept = key.clone();
        self.base
            .store
            .write("api_key.create", move |tx| {
                tx.api_keys().insert(&kept)?;
                let details = json!({"name": kept.name, "role": kept.role, "expires_at": kept.expires_at});
                let subject = ("api_key", kept.id.as_str());
                tx.audit().append(&audit_event(&*ids, &who, now, "api_key_created", subject, &details))?;
                Ok::<_, Failure>(())
            })
            .await?;
        Ok(IssuedKey { key, token: token.text().expose().to_owned() })
    }

    async fn list(&self, who: &Actor) -> Result<Vec<ApiKey>, ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let keys = self.base.store.read("api_key.list", |tx| Ok::<_, Failure>(tx.api_keys().list()?));
        Ok(keys.await?)
    }

    /// Revoking a revoked key again changes nothing.
    async fn revoke(&self, who: &Actor, id: &ApiKeyId) -> Result<(), ServiceError> {
        who.require(Permission::ApiKeyWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let revoked = self.base.store.write("api_key.revoke", move |tx| {
            let key = tx
                .api_keys()
                .list()?
                .into_iter()
                .find(|key| key.id == id)
                .ok_or_else(|| ServiceError::not_found("API key", &id))?;
            if key.revoked_at.is_some() {
                return Ok(());
            }
            tx.api_keys().revoke(&id, now)?;
            let (subject, details) = (("api_key", id.as_str()), json!({"name": key.name}));
            tx.audit().append(&audit_event(&*ids, &who, now, "api_key_revoked", subject, &details))?;
            Ok::<_, Failure>(())
        });
        Ok(revoked.await?)
    }
}
