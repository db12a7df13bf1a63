//! Rows of `agent_enrolment_tokens`.

use super::{IntoDomain, Origin, db_time, text, time};
use crate::schema::agent_enrolment_tokens;
use crate::types::DbTime;
use certctl_domain::enrolment::EnrolmentToken;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = agent_enrolment_tokens, treat_none_as_default_value = false)]
pub(crate) struct EnrolmentRow {
    id: String,
    token_hash: String,
    agent_id: Option<String>,
    created_by: String,
    created_at: DbTime,
    expires_at: DbTime,
    used_at: Option<DbTime>,
    used_by: Option<String>,
}

impl From<&EnrolmentToken> for EnrolmentRow {
    fn from(token: &EnrolmentToken) -> Self {
        Self {
            id: token.id.to_string(),
            token_hash: token.token_hash.clone(),
            agent_id: text(token.agent_id.as_ref()),
            created_by: token.created_by.clone(),
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            used_at: db_time(token.used_at),
            used_by: text(token.used_by.as_ref()),
        }
    }
}

impl IntoDomain for EnrolmentRow {
    type Domain = EnrolmentToken;

    fn into_domain(self) -> Result<EnrolmentToken, StoreError> {
        let at = Origin { table: "agent_enrolment_tokens", id: &self.id };
        Ok(EnrolmentToken {
            id: at.parse("id", &self.id)?,
            token_hash: self.token_hash,
            agent_id: at.parse_set("agent_id", self.agent_id.as_deref())?,
            created_by: self.created_by,
            created_at: self.created_at.into(),
            expires_at: self.expires_at.into(),
            used_at: time(self.used_at),
            used_by: at.parse_set("used_by", self.used_by.as_deref())?,
        })
    }
}
