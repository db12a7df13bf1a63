//! Live events. They are written by triggers, so there is no insert here.

use crate::rows::{EventRow, domain_values};
use crate::schema::events;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::event::LiveEvent;
use certctl_repository::{EventRepo, StoreError};
use diesel::dsl::{max, min};
use diesel::prelude::*;

impl EventRepo for DieselTx<'_> {
    fn after(&mut self, id: i64, limit: u32) -> Result<Vec<LiveEvent>, StoreError> {
        let rows = events::table
            .filter(events::id.gt(id))
            .order(events::id)
            .limit(limit.into())
            .select(EventRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn numbered(&mut self, ids: &[i64]) -> Result<Vec<LiveEvent>, StoreError> {
        let rows = events::table
            .filter(events::id.eq_any(ids.to_vec()))
            .order(events::id)
            .select(EventRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn bounds(&mut self) -> Result<Option<(i64, i64)>, StoreError> {
        // Two statements: each reads one end of the primary key.
        let first = events::table.select(min(events::id)).first::<Option<i64>>(self.conn);
        let first = self.check(first)?;
        let last = events::table.select(max(events::id)).first::<Option<i64>>(self.conn);
        Ok(first.zip(self.check(last)?))
    }

    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let last = events::table.select(max(events::id)).first::<Option<i64>>(self.conn);
        let Some(last) = self.check(last)? else { return Ok(0) };
        let old = events::table
            .filter(events::occurred_at.lt(DbTime::from(before)))
            .filter(events::id.lt(last))
            .order((events::occurred_at, events::id))
            .limit(limit.into())
            .select(events::id)
            .load::<i64>(self.conn);
        let old = self.check(old)?;
        let deleted = diesel::delete(events::table.filter(events::id.eq_any(old))).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }
}
