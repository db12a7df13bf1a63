//! Rows of `idempotency_keys`.

use super::{IntoDomain, Origin};
use crate::schema::idempotency_keys;
use crate::types::DbTime;
use certctl_domain::idempotency::{IdempotencyKey, KeptAnswer};
use certctl_repository::StoreError;
use diesel::prelude::*;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = idempotency_keys, treat_none_as_null = true, treat_none_as_default_value = false)]
pub(crate) struct IdempotencyRow {
    principal: String,
    key: String,
    request: String,
    body_sha256: String,
    status: Option<i64>,
    location: Option<String>,
    entity_tag: Option<String>,
    body: Option<String>,
    claimed_at: DbTime,
    expires_at: DbTime,
}

impl From<&IdempotencyKey> for IdempotencyRow {
    fn from(key: &IdempotencyKey) -> Self {
        let answer = key.answer.as_ref();
        Self {
            principal: key.principal.clone(),
            key: key.key.clone(),
            request: key.request.clone(),
            body_sha256: key.body_sha256.clone(),
            status: answer.map(|answer| answer.status.into()),
            location: answer.and_then(|answer| answer.location.clone()),
            entity_tag: answer.and_then(|answer| answer.entity_tag.clone()),
            body: answer.map(|answer| answer.body.clone()),
            claimed_at: key.claimed_at.into(),
            expires_at: key.expires_at.into(),
        }
    }
}

impl IntoDomain for IdempotencyRow {
    type Domain = IdempotencyKey;

    fn into_domain(self) -> Result<IdempotencyKey, StoreError> {
        let at = Origin { table: "idempotency_keys", id: &self.key };
        let status =
            self.status.map(|status| u16::try_from(status).map_err(|error| at.corrupt("status", error)));
        let answer = status.transpose()?.map(|status| KeptAnswer {
            status,
            location: self.location,
            entity_tag: self.entity_tag,
            body: self.body.unwrap_or_default(),
        });
        Ok(IdempotencyKey {
            principal: self.principal,
            key: self.key,
            request: self.request,
            body_sha256: self.body_sha256,
            answer,
            claimed_at: self.claimed_at.into(),
            expires_at: self.expires_at.into(),
        })
    }
}
