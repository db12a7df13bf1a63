//! Sessions of people in the console: an API key is exchanged for a token that only the browser holds.

use crate::{Actor, Identity, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use std::fmt;
use std::time::Duration;

/// A session that is open, and who is in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Stay {
    /// Who, with the role that the key has now.
    pub identity: Identity,
    /// What a request that changes something must send beside the cookie, which browsers send by
    /// themselves.
    pub csrf_token: String,
    /// When it ends unless it is used again.
    pub idle_end: Timestamp,
    /// Its end, however much it is used.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stay").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// A session that was just opened. The token is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// The session.
    pub stay: Stay,
    /// What the browser keeps.
    pub token: String,
    /// How long it can last.
    pub lifetime: Duration,
}

impl fmt::Debug for OpenedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedSession").field("stay", &self.stay).finish_non_exhaustive()
    }
}

/// Where a request to sign in comes from. Nobody is known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doorstep {
    /// Request id.
    pub request_id: Option<String>,
    /// Client address.
    pub client_address: Option<String>,
}

impl Doorstep {
    /// Whoever turned out to stand there.
    pub fn with(self, identity: Identity) -> Actor {
        Actor { identity, request_id: self.request_id, client_address: self.client_address }
    }
}

/// Use cases of sessions.
#[async_trait]
pub trait SessionService: Send + Sync {
    /// Opens a session with an API key; `invalid_credential` for anything else.
    async fn open(&self, from: Doorstep, api_key: &str) -> Result<OpenedSession, ServiceError>;
    /// Ends the session of this token. One that has ended already stays so.
    async fn close(&self, from: Doorstep, token: &str) -> Result<(), ServiceError>;
}
