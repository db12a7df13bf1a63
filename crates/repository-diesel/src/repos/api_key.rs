//! API keys.

use crate::conn::MultiBackend;
use crate::dialect;
use crate::rows::{ApiKeyRow, IntoDomain, parse_ids};
use crate::schema::api_keys;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::api_key::ApiKey;
use certctl_domain::id::ApiKeyId;
use certctl_repository::{ApiKeyRepo, Page, PageRequest, StoreError, exactly_one};
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

    fn find(&mut self, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let row =
            api_keys::table.find(id.as_str()).select(ApiKeyRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(ApiKeyRow::into_domain).transpose()
    }

    fn list(&mut self, page: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
        let rows = || api_keys::table.into_boxed::<MultiBackend>();
        Ok(newest_first!(self, page, api_keys.created_at, ApiKeyRow, rows(), |key: &ApiKey| key.created_at))
    }

    fn lock_usable_admins(&mut self, now: Timestamp) -> Result<Vec<ApiKeyId>, StoreError> {
        let ids = dialect::lock_usable_admins(self.conn, now.into());
        parse_ids("api_keys", &self.check(ids)?)
    }

    fn record_use(
        &mut self,
        id: &ApiKeyId,
        at: Timestamp,
        unless_after: Timestamp,
    ) -> Result<(), StoreError> {
        let stale =
            api_keys::last_used_at.is_null().or(api_keys::last_used_at.le(DbTime::from(unless_after)));
        let updated = diesel::update(api_keys::table.find(id.as_str()).filter(stale))
            .set(api_keys::last_used_at.eq(DbTime::from(at)))
            .execute(self.conn);
        self.check(updated).map(drop)
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
