//! Rows of `api_keys`.

use super::{IntoDomain, Origin, db_time, time};
use crate::schema::api_keys;
use crate::types::DbTime;
use certctl_domain::api_key::ApiKey;
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub(crate) struct ApiKeyRow {
    id: String,
    name: String,
    role: String,
    token_hash: String,
    created_at: DbTime,
    expires_at: Option<DbTime>,
    revoked_at: Option<DbTime>,
    identity: String,
    created_by: String,
    last_used_at: Option<DbTime>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            role: key.role.to_string(),
            token_hash: key.token_hash.clone(),
            created_at: key.created_at.into(),
            expires_at: db_time(key.expires_at),
            revoked_at: db_time(key.revoked_at),
            identity: key.identity.clone(),
            created_by: key.created_by.clone(),
            last_used_at: db_time(key.last_used_at),
        }
    }
}

impl IntoDomain for ApiKeyRow {
    type Domain = ApiKey;

    fn into_domain(self) -> Result<ApiKey, StoreError> {
        let at = Origin { table: "api_keys", id: &self.id };
        Ok(ApiKey {
            id: at.parse("id", &self.id)?,
            name: self.name,
            identity: self.identity,
            role: at.parse("role", &self.role)?,
            token_hash: self.token_hash,
            created_by: self.created_by,
            created_at: self.created_at.into(),
            expires_at: time(self.expires_at),
            last_used_at: time(self.last_used_at),
            revoked_at: time(self.revoked_at),
        })
    }
}
