//! Singleton leases.

use crate::dialect;
use crate::prepared::Preparable;
use crate::schema::leases;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_repository::{LeaseRepo, StoreError};
use diesel::prelude::*;
use std::time::Duration;

impl LeaseRepo for DieselTx<'_> {
    fn acquire(
        &mut self,
        name: &str,
        holder: &str,
        now: Timestamp,
        span: Duration,
    ) -> Result<bool, StoreError> {
        let now = dialect::lease_clock(self.conn, now);
        let now = self.check(now)?;
        let until = DbTime::from(now.plus(span));
        let free = leases::table
            .find(name)
            .filter(leases::holder.eq(holder).or(leases::until.le(DbTime::from(now))));
        let taken = diesel::update(free)
            .set((leases::holder.eq(holder), leases::until.eq(until)))
            .prepared()
            .execute(self.conn);
        if self.check(taken)? == 1 {
            return Ok(true);
        }
        // Either somebody holds it, or nobody ever did.
        let row = (leases::name.eq(name), leases::holder.eq(holder), leases::until.eq(until));
        let first = on_backend!(self.conn, |conn| diesel::insert_into(leases::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn));
        Ok(self.check(first)? == 1)
    }

    fn release(&mut self, name: &str, holder: &str) -> Result<(), StoreError> {
        let deleted =
            diesel::delete(leases::table.find(name).filter(leases::holder.eq(holder))).execute(self.conn);
        self.check(deleted).map(drop)
    }

    fn find(&mut self, name: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let row = leases::table
            .find(name)
            .select((leases::holder, leases::until))
            .first::<(String, DbTime)>(self.conn)
            .optional();
        Ok(self.check(row)?.map(|(holder, until)| (holder, until.into())))
    }
}
