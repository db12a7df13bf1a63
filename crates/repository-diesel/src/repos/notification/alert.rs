//! Facts that wait for their routing.

use crate::rows::{AlertRow, domain_values};
use crate::schema::alerts;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::AlertId;
use certctl_domain::notification::Alert;
use certctl_repository::{AlertRepo, StoreError};
use diesel::prelude::*;

/// Rows in one statement; SQLite binds each of their columns.
const CHUNK: usize = 500;

impl AlertRepo for DieselTx<'_> {
    fn insert(&mut self, alert: &Alert) -> Result<(), StoreError> {
        let row = AlertRow::try_from(alert)?;
        let inserted = diesel::insert_into(alerts::table).values(row).execute(self.conn);
        self.alerted = true;
        self.check(inserted).map(drop)
    }

    fn insert_all(&mut self, alerts: &[Alert]) -> Result<(), StoreError> {
        for some in alerts.chunks(CHUNK) {
            let rows = some.iter().map(AlertRow::try_from).collect::<Result<Vec<_>, _>>()?;
            let inserted =
                on_backend!(self.conn, |conn| diesel::insert_into(alerts::table).values(&rows).execute(conn));
            self.alerted = true;
            self.check(inserted)?;
        }
        Ok(())
    }

    fn unrouted(&mut self, limit: u32) -> Result<Vec<Alert>, StoreError> {
        let rows = alerts::table
            .filter(alerts::routed_at.is_null())
            .order((alerts::occurred_at, alerts::id))
            .limit(limit.into())
            .select(AlertRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn routed(&mut self, ids: &[AlertId], at: Timestamp) -> Result<(), StoreError> {
        let these = alerts::table.filter(alerts::id.eq_any(ids.iter().map(AlertId::as_str)));
        let updated = diesel::update(these).set(alerts::routed_at.eq(DbTime::from(at))).execute(self.conn);
        self.check(updated).map(drop)
    }

    fn oldest_unrouted(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let first = alerts::table
            .filter(alerts::routed_at.is_null())
            .order(alerts::occurred_at)
            .select(alerts::occurred_at)
            .first::<DbTime>(self.conn)
            .optional();
        Ok(self.check(first)?.map(Timestamp::from))
    }

    fn delete_routed(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let ids = alerts::table
            .filter(alerts::routed_at.lt(DbTime::from(before)))
            .order((alerts::routed_at, alerts::id))
            .limit(limit.into())
            .select(alerts::id)
            .load::<String>(self.conn);
        let ids = self.check(ids)?;
        let deleted = diesel::delete(alerts::table.filter(alerts::id.eq_any(ids))).execute(self.conn);
        Ok(self.check(deleted)? as u64)
    }
}
