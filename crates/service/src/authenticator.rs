//! Who is behind a credential: a key of the configuration, an API key, an agent, or a session that
//! one of the keys opened.

use crate::agent::CREDENTIAL_PREFIX;
use crate::failure::Failure;
use crate::key_usage::KeyUsage;
use crate::session::SessionOptions;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_crypto::{SecretString, token_hash, verify_token};
use certctl_domain::Timestamp;
use certctl_domain::access::Role;
use certctl_domain::api_key::ApiKey;
use certctl_domain::session::{Session, SessionKey};
use certctl_repository::Tx;
use certctl_service_api::auth::Authenticator;
use certctl_service_api::session::Stay;
use certctl_service_api::{Identity, ServiceError};
use std::sync::Arc;
use std::time::Duration;

/// Uses of a session within this time count as one.
const USE_RESOLUTION: Duration = Duration::from_mins(1);

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
    pub(crate) fn identity(&self) -> Identity {
        Identity::Key { name: self.name.clone(), role: self.role, identity: self.name.clone() }
    }

    /// What ties a session to this very key: nobody can make it, or learn from it, without the token
    /// of the session.
    pub(crate) fn binding(&self, session_token: &str) -> String {
        token_hash(&format!("{session_token} {}", self.token_hash))
    }
}

/// Finds out who is behind a bearer token. Each call asks the database, so a revocation counts at
/// once on every replica.
#[derive(Debug)]
pub struct Authentication {
    base: Foundation,
    static_keys: Vec<StaticKey>,
    usage: Arc<KeyUsage>,
    sessions: SessionOptions,
}

impl Authentication {
    /// Over a store and the keys of the configuration, the first match of which wins. Uses of keys of
    /// the database are noted in `usage`.
    pub const fn new(base: Foundation, static_keys: Vec<StaticKey>, usage: Arc<KeyUsage>) -> Self {
        Self { base, static_keys, usage, sessions: SessionOptions::DEFAULT }
    }

    /// The same, with other times for sessions.
    #[must_use]
    pub const fn with_sessions(mut self, sessions: SessionOptions) -> Self {
        self.sessions = sessions;
        self
    }

    pub(crate) const fn session_options(&self) -> SessionOptions {
        self.sessions
    }

    /// Compares with every key, so that the time tells nothing about which one matched.
    pub(crate) fn static_key(&self, bearer: &str) -> Option<&StaticKey> {
        self.static_keys.iter().fold(None, |found, key| {
            let matches = verify_token(bearer, &key.token_hash);
            found.or_else(|| matches.then_some(key))
        })
    }

    /// The key of the configuration that a session is bound to, if it is still there.
    fn bound_key(&self, session_token: &str, binding: &str) -> Option<&StaticKey> {
        self.static_keys.iter().find(|key| key.binding(session_token) == binding)
    }

    /// Who a key of the database stands for; the use is noted.
    pub(crate) fn stored_identity(&self, key: ApiKey, now: Timestamp) -> Identity {
        self.usage.note(&key, now);
        Identity::Key { name: key.name, role: key.role, identity: key.identity }
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
        if let Some(key) = self.static_key(bearer) {
            return Ok(key.identity());
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
            Some(Found::Key(key)) => Ok(self.stored_identity(key, now)),
            Some(Found::Agent(identity)) => Ok(identity),
            None => Err(unknown_credential()),
        }
    }

    /// Asks the database each time, so that the end of a session or of its key counts at once on
    /// every replica. Its last use is written once a minute.
    async fn resume(&self, session_token: &str) -> Result<Stay, ServiceError> {
        let (hash, now, idle) = (token_hash(session_token), self.base.clock.now(), self.sessions.idle);
        let found = self.base.store.read("session.resume", move |tx| {
            let Some(session) = tx.sessions().find_by_token(&hash)?.filter(|it| it.is_open(now, idle)) else {
                return Ok::<_, Failure>(None);
            };
            let key = match &session.key {
                SessionKey::Stored(id) => tx.api_keys().find(id)?.filter(|key| key.is_usable(now)),
                SessionKey::Configured(_) => None,
            };
            Ok(Some((session, key)))
        });
        let Some((session, key)) = found.await? else { return Err(session_ended()) };
        let identity = match (&session.key, key) {
            (SessionKey::Stored(_), Some(key)) => self.stored_identity(key, now),
            (SessionKey::Stored(_), None) => return Err(session_ended()),
            (SessionKey::Configured(binding), _) => {
                self.bound_key(session_token, binding).ok_or_else(session_ended)?.identity()
            }
        };
        let last_used_at = if session.last_used_at.plus(USE_RESOLUTION) <= now {
            let id = session.id.clone();
            let noted = self
                .base
                .store
                .write("session.record_use", move |tx| Ok::<_, Failure>(tx.sessions().record_use(&id, now)?));
            noted.await?;
            now
        } else {
            session.last_used_at
        };
        Ok(stay_of(session_token, identity, &Session { last_used_at, ..session }, idle))
    }
}

pub(crate) const fn unknown_credential() -> ServiceError {
    ServiceError::Unauthenticated {
        code: "invalid_credential",
        message: "this credential is not known, has expired or was revoked; use another one",
    }
}

const fn session_ended() -> ServiceError {
    ServiceError::Unauthenticated {
        code: "session_ended",
        message: "this session has ended, or its API key cannot be used any more; sign in again",
    }
}

/// What callers learn of an open session. The second token is made from the first, which it does
/// not reveal.
pub(crate) fn stay_of(token: &str, identity: Identity, session: &Session, idle: Duration) -> Stay {
    Stay {
        identity,
        csrf_token: token_hash(&format!("csrf {token}")),
        idle_end: session.idle_end(idle),
        expires_at: session.expires_at,
    }
}
