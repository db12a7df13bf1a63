//! Sessions of people in the console.

use crate::authenticator::{Authentication, stay_of, unknown_credential};
use crate::failure::Failure;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_crypto::{Token, token_hash};
use certctl_domain::id::SessionId;
use certctl_domain::session::{Session, SessionKey};
use certctl_service_api::auth::Authenticator;
use certctl_service_api::session::{Doorstep, OpenedSession, SessionService};
use certctl_service_api::{Identity, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Prefix of session tokens, so that people and secret scanners can tell what a found token is.
const TOKEN_PREFIX: &str = "cs";

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionOptions {
    /// Without a use.
    pub idle: Duration,
    /// At most.
    pub lifetime: Duration,
}

impl SessionOptions {
    /// An hour without a use, a working day at most.
    pub const DEFAULT: Self = Self { idle: Duration::from_hours(1), lifetime: Duration::from_hours(12) };
}

/// Use cases of sessions.
#[derive(Debug)]
pub struct Sessions {
    base: Foundation,
    authentication: Arc<Authentication>,
}

impl Sessions {
    /// Over a store; `authentication` knows the keys.
    pub const fn new(base: Foundation, authentication: Arc<Authentication>) -> Self {
        Self { base, authentication }
    }

    /// Who the key stands for, and how a session is bound to it. Agents have no sessions.
    async fn owner(&self, api_key: &str, token: &str) -> Result<(Identity, SessionKey), ServiceError> {
        if let Some(key) = self.authentication.static_key(api_key) {
            return Ok((key.identity(), SessionKey::Configured(key.binding(token))));
        }
        let (hash, now) = (token_hash(api_key), self.base.clock.now());
        let found = self
            .base
            .store
            .read("session.find_key", move |tx| Ok::<_, Failure>(tx.api_keys().find_by_token(&hash)?));
        let key = found.await?.filter(|key| key.is_usable(now)).ok_or_else(unknown_credential)?;
        let id = key.id.clone();
        Ok((self.authentication.stored_identity(key, now), SessionKey::Stored(id)))
    }
}

#[async_trait]
impl SessionService for Sessions {
    /// Sessions that have ended go at this opportunity: nobody else looks for them.
    async fn open(&self, from: Doorstep, api_key: &str) -> Result<OpenedSession, ServiceError> {
        let SessionOptions { idle, lifetime } = self.authentication.session_options();
        let token = Token::generate(TOKEN_PREFIX).map_err(ServiceError::internal)?;
        let (identity, key) = self.owner(api_key, token.text().expose()).await?;
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let session = Session {
            id: SessionId::mint(&*ids),
            token_hash: token.hash().to_owned(),
            key,
            created_at: now,
            last_used_at: now,
            expires_at: now.plus(lifetime),
        };
        let (kept, who) = (session.clone(), from.with(identity.clone()));
        let opened = self.base.store.write("session.open", move |tx| {
            tx.sessions().prune(now, now.minus(idle))?;
            tx.sessions().insert(&kept)?;
            let (subject, details) = (("session", kept.id.as_str()), json!({"expires_at": kept.expires_at}));
            tx.audit().append(&audit_event(&*ids, &who, now, "session_opened", subject, &details))?;
            Ok::<_, Failure>(())
        });
        opened.await?;
        let stay = stay_of(token.text().expose(), identity, &session, idle);
        Ok(OpenedSession { stay, token: token.text().expose().to_owned(), lifetime })
    }

    async fn close(&self, from: Doorstep, token: &str) -> Result<(), ServiceError> {
        let stay = match self.authentication.resume(token).await {
            Ok(stay) => stay,
            Err(ServiceError::Unauthenticated { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let (hash, who) = (token_hash(token), from.with(stay.identity));
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let closed = self.base.store.write("session.close", move |tx| {
            let Some(session) = tx.sessions().find_by_token(&hash)? else { return Ok(()) };
            if tx.sessions().delete(&session.id)? {
                let subject = ("session", session.id.as_str());
                tx.audit().append(&audit_event(&*ids, &who, now, "session_closed", subject, &json!({})))?;
            }
            Ok::<_, Failure>(())
        });
        Ok(closed.await?)
    }
}
