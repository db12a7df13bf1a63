//! Rows of `console_sessions`.

use super::{IntoDomain, Origin};
use crate::schema::console_sessions;
use crate::types::DbTime;
use certctl_domain::session::{Session, SessionKey};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = console_sessions, treat_none_as_default_value = false)]
pub(crate) struct SessionRow {
    id: String,
    token_hash: String,
    api_key_id: Option<String>,
    key_binding: Option<String>,
    created_at: DbTime,
    last_used_at: DbTime,
    expires_at: DbTime,
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        let (api_key_id, key_binding) = match &session.key {
            SessionKey::Stored(id) => (Some(id.to_string()), None),
            SessionKey::Configured(binding) => (None, Some(binding.clone())),
        };
        Self {
            id: session.id.to_string(),
            token_hash: session.token_hash.clone(),
            api_key_id,
            key_binding,
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

impl IntoDomain for SessionRow {
    type Domain = Session;

    fn into_domain(self) -> Result<Session, StoreError> {
        let at = Origin { table: "console_sessions", id: &self.id };
        let key = match (self.api_key_id, self.key_binding) {
            (Some(id), None) => SessionKey::Stored(at.parse("api_key_id", &id)?),
            (None, Some(binding)) => SessionKey::Configured(binding),
            _ => return Err(at.corrupt("api_key_id", "a session belongs to exactly one key")),
        };
        Ok(Session {
            id: at.parse("id", &self.id)?,
            token_hash: self.token_hash,
            key,
            created_at: self.created_at.into(),
            last_used_at: self.last_used_at.into(),
            expires_at: self.expires_at.into(),
        })
    }
}
