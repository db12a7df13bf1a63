//! CRLs, and how they were made.

use crate::conn::MultiBackend;
use crate::rows::{CrlEventRow, CrlHeadRow, CrlRow, IntoDomain, domain_values};
use crate::schema::{crl_cache, crl_generation_events as events, revocation_counters as counters};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::crl::{CrlEvent, CrlHead, CrlSlot, StoredCrl};
use certctl_domain::id::IssuerId;
use certctl_repository::{CrlRepo, StoreError};
use diesel::prelude::*;

/// The row in a place.
macro_rules! place {
    ($slot:expr) => {
        crl_cache::table.find((
            $slot.issuer_id.as_str(),
            $slot.authority.as_str(),
            i64::from($slot.shard),
            $slot.kind.as_str(),
        ))
    };
}

impl CrlRepo for DieselTx<'_> {
    fn next_number(&mut self, issuer: &IssuerId) -> Result<i64, StoreError> {
        let counted = on_backend!(self.conn, |conn| diesel::insert_into(counters::table)
            .values((
                counters::issuer_id.eq(issuer.as_str()),
                counters::generation.eq(0),
                counters::crl_number.eq(1),
            ))
            .on_conflict(counters::issuer_id)
            .do_update()
            .set(counters::crl_number.eq(counters::crl_number + 1))
            .returning(counters::crl_number)
            .get_result::<i64>(conn));
        self.check(counted)
    }

    fn put(&mut self, crl: &StoredCrl) -> Result<bool, StoreError> {
        let values = (CrlHeadRow::from(&crl.head), crl_cache::crl_der.eq(&crl.der));
        let older = place!(crl.head.slot).filter(crl_cache::crl_number.lt(crl.head.number));
        let updated = diesel::update(older).set(values.clone()).execute(self.conn);
        if self.check(updated)? == 1 {
            return Ok(true);
        }
        let inserted = on_backend!(self.conn, |conn| diesel::insert_into(crl_cache::table)
            .values(values)
            .on_conflict_do_nothing()
            .execute(conn));
        Ok(self.check(inserted)? == 1)
    }

    fn head(&mut self, slot: &CrlSlot) -> Result<Option<CrlHead>, StoreError> {
        let row = place!(slot).select(CrlHeadRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(CrlHeadRow::into_domain).transpose()
    }

    fn find(&mut self, slot: &CrlSlot) -> Result<Option<StoredCrl>, StoreError> {
        let row = place!(slot).select(CrlRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(CrlRow::into_domain).transpose()
    }

    fn heads(&mut self, issuer: Option<&IssuerId>) -> Result<Vec<CrlHead>, StoreError> {
        let mut query = crl_cache::table.into_boxed::<MultiBackend>();
        if let Some(issuer) = issuer {
            query = query.filter(crl_cache::issuer_id.eq(issuer.to_string()));
        }
        let rows = query
            .order((crl_cache::issuer_id, crl_cache::authority, crl_cache::shard, crl_cache::kind))
            .select(CrlHeadRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn remove(&mut self, slot: &CrlSlot) -> Result<(), StoreError> {
        let deleted = diesel::delete(place!(slot)).execute(self.conn);
        self.check(deleted).map(drop)
    }

    fn add_event(&mut self, event: &CrlEvent) -> Result<(), StoreError> {
        let inserted = diesel::insert_into(events::table).values(CrlEventRow::from(event)).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn events(&mut self, issuer: &IssuerId, limit: u32) -> Result<Vec<CrlEvent>, StoreError> {
        let rows = events::table
            .filter(events::issuer_id.eq(issuer.as_str()))
            .order((events::started_at.desc(), events::id.desc()))
            .limit(limit.into())
            .select(CrlEventRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn purge_events(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let old = events::table
            .filter(events::started_at.lt(DbTime::from(before)))
            .order((events::started_at, events::id))
            .limit(limit.into())
            .select(events::id)
            .load::<String>(self.conn);
        let old = self.check(old)?;
        let deleted = diesel::delete(events::table.filter(events::id.eq_any(old))).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }
}
