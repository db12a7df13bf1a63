//! Sessions of people in the console.

use crate::Timestamp;
use crate::id::{ApiKeyId, SessionId};
use std::time::Duration;

/// Which API key a session was opened with. A session can do what its key can, as long as that can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionKey {
    /// One of the database.
    Stored(ApiKeyId),
    /// One of the configuration: the hash of the session's token together with the key's hash, which
    /// only fits this key and tells whoever reads the database nothing about it.
    Configured(String),
}

/// A person's stay in the console. The token itself is kept by the browser alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Identifier.
    pub id: SessionId,
    /// Lower-case hex SHA-256 of the token.
    pub token_hash: String,
    /// The key it was opened with.
    pub key: SessionKey,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// Its end, however much it is used.
    pub expires_at: Timestamp,
}

impl Session {
    /// When it ends unless it is used again.
    pub fn idle_end(&self, idle: Duration) -> Timestamp {
        self.last_used_at.plus(idle).min(self.expires_at)
    }

    /// Whether it may be used at `now`, when `idle` without a use ends it.
    pub fn is_open(&self, now: Timestamp, idle: Duration) -> bool {
        now < self.idle_end(idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_not_used_and_at_its_end() {
        let at = Timestamp::from_unix_seconds;
        let session = Session {
            id: SessionId::parse("ses-1").unwrap(),
            token_hash: "hash".to_owned(),
            key: SessionKey::Configured("binding".to_owned()),
            created_at: at(0),
            last_used_at: at(50),
            expires_at: at(100),
        };
        let idle = Duration::from_secs(30);
        assert!(session.is_open(at(79), idle));
        assert!(!session.is_open(at(80), idle));
        let used = Session { last_used_at: at(95), ..session };
        assert!(used.is_open(at(99), idle));
        assert!(!used.is_open(at(100), idle));
    }
}
