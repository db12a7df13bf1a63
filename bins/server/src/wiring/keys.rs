//! API keys of the database: the first one, and when they are used.

use certctl_config::ServerConfig;
use certctl_crypto::SecretString;
use certctl_domain::access::Role;
use certctl_lifecycle::Lifecycle;
use certctl_service::{ApiKeys, Foundation, KeyUsage};
use certctl_service_api::auth::{ApiKeyService, NewApiKey};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{Actor, ServiceError};
use std::sync::Arc;
use std::time::Duration;

/// How long a use of an API key may go unrecorded.
const USAGE_PERIOD: Duration = Duration::from_secs(15);

/// Makes the first admin key when nobody could log in otherwise.
pub(super) async fn first(config: &ServerConfig, keys: &ApiKeys) -> anyhow::Result<Option<SecretString>> {
    let configured = !config.auth.named_keys.is_empty() || !config.auth.legacy_keys.is_empty();
    if configured || keys.list(&Actor::system(), ListRequest::default()).await?.total > 0 {
        return Ok(None);
    }
    let first = NewApiKey { name: "admin".to_owned(), role: Role::Admin, identity: None, expires_at: None };
    match keys.create(&Actor::system(), first).await {
        Ok(issued) => Ok(Some(SecretString::new(issued.token))),
        // Another replica was faster and has printed it.
        Err(ServiceError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether the configuration has an admin key, which the API cannot revoke.
pub(crate) fn has_admin(config: &ServerConfig) -> bool {
    config.auth.named_keys.iter().any(|key| key.admin)
}

/// Notes of the uses of API keys, and the task that writes them down.
pub(super) fn usage(life: &Lifecycle, base: &Foundation) -> Arc<KeyUsage> {
    let usage = Arc::new(KeyUsage::new(base.clone()));
    let (notes, stop) = (Arc::clone(&usage), life.tasks().soft().clone());
    life.tasks().spawn("api key usage", async move {
        let mut stopping = false;
        while !stopping {
            stopping = tokio::time::timeout(USAGE_PERIOD, stop.cancelled()).await.is_ok();
            if let Err(error) = notes.flush().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot record the last use of API keys"
                );
            }
        }
    });
    usage
}
