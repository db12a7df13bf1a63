//! `key`: API keys, straight in the database.

use super::foundation;
use crate::database::Access;
use crate::wiring::keys::has_admin;
use crate::{Environment, output};
use certctl_config::ServerConfig;
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_lifecycle::{Exit, Explain};
use certctl_service::ApiKeys;
use certctl_service_api::Actor;
use certctl_service_api::auth::{ApiKeyService, NewApiKey};
use certctl_service_api::list::ListRequest;
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
    let issued = ApiKeys::new(base, has_admin(config)).create(&Actor::system(), new).await?;
    output::line(&issued.token)
}

pub(crate) async fn list(config: &ServerConfig, environment: &Environment) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    let now = base.clock.now();
    let keys = ApiKeys::new(base, has_admin(config));
    let mut request = ListRequest { per_page: 500, ..ListRequest::default() };
    loop {
        let page = keys.list(&Actor::system(), request.clone()).await?;
        page.items.iter().try_for_each(|key| show(key, now))?;
        match page.next_cursor {
            Some(cursor) => request.cursor = Some(cursor),
            None => return Ok(()),
        }
    }
}

fn show(key: &ApiKey, now: Timestamp) -> anyhow::Result<()> {
    let state = match (key.revoked_at, key.is_usable(now)) {
        (Some(at), _) => format!("revoked {at}"),
        (None, false) => "expired".to_owned(),
        (None, true) => key.expires_at.map_or_else(|| "valid".to_owned(), |end| format!("valid until {end}")),
    };
    output::line(&format!("{}  {:<8}  {:<24}  {:<24}  {state}", key.id, key.role, key.name, key.identity))
}

pub(crate) async fn revoke(config: &ServerConfig, environment: &Environment, id: &str) -> anyhow::Result<()> {
    let id = ApiKeyId::parse(id).exit_with(Exit::Configuration)?;
    ApiKeys::new(foundation(config, environment, Access::Command).await?, has_admin(config))
        .revoke(&Actor::system(), &id)
        .await?;
    output::line(&format!("revoked {id}"))
}
