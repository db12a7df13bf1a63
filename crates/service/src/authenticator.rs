//! Who is behind a bearer token: a key of the configuration, an API key or an agent.

use crate::agent::CREDENTIAL_PREFIX;
use crate::failure::Failure;
use crate::key_usage::KeyUsage;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_crypto::{SecretString, token_hash, verify_token};
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::api_key::ApiKey;
use certctl_repository::Tx;
use certctl_service_api::auth::Authenticator;
use certctl_service_api::{Identity, ServiceError};
use std::sync::Arc;

/// An API key of the configuration. Only the hash of its token is kept.
#[derive(Debug, Clone)]
pub struct StaticKey {
    name: String,
    role: Role,
    token_hash: String,
}

impl StaticKey {
    /// A named key; administrators may do everything, others operate.
    pub fn named(name: impl Into<String>, token: &SecretString, admin: bool) -> Self {
        let role = if admin { Role::Admin } else { Role::Operator };
        Self { name: name.into(), role, token_hash: token_hash(token.expose()) }
    }

    /// The key at `index` (from 0) of a list without names: `legacy-key-<index>`, an operator.
    pub fn legacy(index: usize, token: &SecretString) -> Self {
        Self::named(format!("legacy-key-{index}"), token, false)
    }

    /// Behind a key of the configuration is whoever it is named after.
    fn identity(&self) -> Identity {
        Identity::Key { name: self.name.clone(), role: self.role, identity: self.name.clone() }
    }
}

/// Finds out who is behind a bearer token. Each call asks the database, so a revocation counts at
/// once on every replica.
#[derive(Debug)]
pub struct Authentication {
    base: Foundation,
    static_keys: Vec<StaticKey>,
    usage: Arc<KeyUsage>,
}

impl Authentication {
    /// Over a store and the keys of the configuration, the first match of which wins. Uses of keys of
    /// the database are noted in `usage`.
    pub const fn new(base: Foundation, static_keys: Vec<StaticKey>, usage: Arc<KeyUsage>) -> Self {
        Self { base, static_keys, usage }
    }

    /// Compares with every key, so that the time tells nothing about which one matched.
    fn static_identity(&self, bearer: &str) -> Option<Identity> {
        self.static_keys.iter().fold(None, |found, key| {
            let matches = verify_token(bearer, &key.token_hash);
            found.or_else(|| matches.then(|| key.identity()))
        })
    }
}

/// A row of the database that a token belongs to.
enum Found {
    Key(ApiKey),
    Agent(Identity),
}

fn api_key(tx: &mut dyn Tx, hash: &str, now: Timestamp) -> Result<Option<Found>, Failure> {
    Ok(tx.api_keys().find_by_token(hash)?.filter(|key| key.is_usable(now)).map(Found::Key))
}

fn agent(tx: &mut dyn Tx, hash: &str) -> Result<Option<Found>, Failure> {
    let agent = tx.agents().find_by_credential(hash)?;
    let identity = agent.map(|agent| Identity::Agent { retired: agent.retired_at.is_some(), id: agent.id });
    Ok(identity.map(Found::Agent))
}

#[async_trait]
impl Authenticator for Authentication {
    async fn authenticate(&self, bearer: &str) -> Result<Identity, ServiceError> {
        if let Some(identity) = self.static_identity(bearer) {
            return Ok(identity);
        }
        // The prefix only says where to look first: keys that were brought along may begin with anything.
        let agents_first = bearer.strip_prefix(CREDENTIAL_PREFIX).is_some_and(|rest| rest.starts_with('_'));
        let (hash, now) = (token_hash(bearer), self.base.clock.now());
        let found = self.base.store.read("auth.authenticate", move |tx| {
            let first = if agents_first { agent(tx, &hash)? } else { api_key(tx, &hash, now)? };
            match first {
                Some(found) => Ok(Some(found)),
                None if agents_first => api_key(tx, &hash, now),
                None => agent(tx, &hash),
            }
        });
        match found.await? {
            Some(Found::Key(key)) => {
                self.usage.note(&key, now);
                Ok(Identity::Key { name: key.name, role: key.role, identity: key.identity })
            }
            Some(Found::Agent(identity)) => Ok(identity),
            None => Err(ServiceError::Unauthenticated {
                code: "invalid_credential",
                message: "this credential is not known, has expired or was revoked; use another one",
            }),
        }
    }
}
