//! `key`: API keys, straight in the database.

use super::foundation;
use crate::database::Access;
use crate::{Environment, output};
use certctl_config::ServerConfig;
use certctl_domain::access::Role;
use certctl_domain::id::ApiKeyId;
use certctl_lifecycle::{Exit, Explain};
use certctl_service::ApiKeys;
use certctl_service_api::Actor;
use certctl_service_api::auth::{ApiKeyService, NewApiKey};
use std::time::Duration;

pub(crate) async fn create(
    config: &ServerConfig,
    environment: &Environment,
    name: String,
    role: Role,
    identity: Option<String>,
    expires: Option<Duration>,
) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    let expires_at = expires.map(|validity| base.clock.now().plus(validity));
    let new = NewApiKey { name, role, identity, expires_at };
    let issued = ApiKeys::new(base).create(&Actor::system(), new).await?;
    output::line(&issued.token)
}

pub(crate) async fn list(config: &ServerConfig, environment: &Environment) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    let now = base.clock.now();
    for key in ApiKeys::new(base).list(&Actor::system()).await? {
        let state = match (key.revoked_at, key.is_usable(now)) {
            (Some(at), _) => format!("revoked {at}"),
            (None, false) => "expired".to_owned(),
            (None, true) => {
                key.expires_at.map_or_else(|| "valid".to_owned(), |end| format!("valid until {end}"))
            }
        };
        output::line(&format!(
            "{}  {:<8}  {:<24}  {:<24}  {state}",
            key.id, key.role, key.name, key.identity
        ))?;
    }
    Ok(())
}

pub(crate) async fn revoke(config: &ServerConfig, environment: &Environment, id: &str) -> anyhow::Result<()> {
    let id = ApiKeyId::parse(id).exit_with(Exit::Configuration)?;
    ApiKeys::new(foundation(config, environment, Access::Command).await?)
        .revoke(&Actor::system(), &id)
        .await?;
    output::line(&format!("revoked {id}"))
}
