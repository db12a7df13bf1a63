//! Idempotency keys.

use crate::prepared::Preparable;
use crate::rows::{IdempotencyRow, IntoDomain};
use crate::schema::idempotency_keys::{self, dsl};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::idempotency::{IdempotencyKey, KeptAnswer};
use certctl_repository::{IdempotencyRepo, StoreError};
use diesel::prelude::*;

impl IdempotencyRepo for DieselTx<'_> {
    fn claim(&mut self, row: &IdempotencyKey) -> Result<Option<IdempotencyKey>, StoreError> {
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(idempotency_keys::table)
            .values(IdempotencyRow::from(row))
            .on_conflict_do_nothing()
            .execute(conn));
        if self.check(inserted)? == 1 {
            return Ok(None);
        }
        let place = dsl::idempotency_keys.find((&row.principal, &row.key));
        let taken = place.select(IdempotencyRow::as_select()).first(self.conn);
        let taken = self.check(taken)?.into_domain()?;
        if taken.expires_at > row.claimed_at {
            return Ok(Some(taken));
        }
        let expired = place.filter(dsl::expires_at.eq(DbTime::from(taken.expires_at)));
        let updated = diesel::update(expired).set(IdempotencyRow::from(row)).execute(self.conn);
        certctl_repository::exactly_one(self.check(updated)?)?;
        Ok(None)
    }

    fn settle(
        &mut self,
        row: &IdempotencyKey,
        answer: &KeptAnswer,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let own = dsl::idempotency_keys
            .find((&row.principal, &row.key))
            .filter(dsl::claimed_at.eq(DbTime::from(row.claimed_at)))
            .filter(dsl::status.is_null());
        let settled = IdempotencyKey { answer: Some(answer.clone()), expires_at, ..row.clone() };
        let updated = diesel::update(own).set(IdempotencyRow::from(&settled)).prepared().execute(self.conn);
        Ok(self.check(updated)? == 1)
    }

    fn release(&mut self, row: &IdempotencyKey) -> Result<bool, StoreError> {
        let own = dsl::idempotency_keys
            .find((&row.principal, &row.key))
            .filter(dsl::claimed_at.eq(DbTime::from(row.claimed_at)))
            .filter(dsl::status.is_null());
        let deleted = diesel::delete(own).execute(self.conn);
        Ok(self.check(deleted)? == 1)
    }

    fn prune(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let expired = dsl::idempotency_keys
            .filter(dsl::expires_at.le(DbTime::from(now)))
            .order(dsl::expires_at)
            .limit(limit.into())
            .select((dsl::principal, dsl::key))
            .load::<(String, String)>(self.conn);
        let mut pruned = 0;
        for key in self.check(expired)? {
            let row = dsl::idempotency_keys.find(key).filter(dsl::expires_at.le(DbTime::from(now)));
            let deleted = diesel::delete(row).execute(self.conn);
            pruned += self.check(deleted)? as u64;
        }
        Ok(pruned)
    }
}
