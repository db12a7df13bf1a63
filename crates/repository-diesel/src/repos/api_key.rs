//! API keys.

use crate::rows::{ApiKeyRow, IntoDomain, domain_values};
use crate::schema::api_keys;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_repository::{ApiKeyRepo, StoreError, exactly_one};
use diesel::prelude::*;

impl ApiKeyRepo for DieselTx<'_> {
    fn find_by_token(&mut self, token_hash: &str) -> Result<Option<ApiKey>, StoreError> {
        let row = api_keys::table
            .filter(api_keys::token_hash.eq(token_hash))
            .select(ApiKeyRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(ApiKeyRow::into_domain).transpose()
    }

    fn list(&mut self) -> Result<Vec<ApiKey>, StoreError> {
        let rows = api_keys::table
            .order((api_keys::created_at.desc(), api_keys::id.desc()))
            .select(ApiKeyRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(api_keys::table).values(ApiKeyRow::from(key)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn revoke(&mut self, id: &ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let updated =
            diesel::update(api_keys::table.find(id.as_str()).filter(api_keys::revoked_at.is_null()))
                .set(api_keys::revoked_at.eq(DbTime::from(at)))
                .execute(self.conn);
        exactly_one(self.check(updated)?)
    }
}
