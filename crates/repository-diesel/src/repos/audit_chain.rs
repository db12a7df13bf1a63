//! The chain over the audit events.

use crate::rows::{AuditKeyRow, AuditRow, CheckpointRow, IntoDomain, LinkRow, domain_values, parse_ids};
use crate::schema::{
    audit_chain, audit_checkpoints, audit_events, audit_keys, audit_prune_permit, audit_unsealed,
};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::audit::{AuditEvent, AuditKey, ChainLink, Checkpoint};
use certctl_domain::id::AuditEventId;
use certctl_repository::{AuditChainRepo, StoreError};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

impl AuditChainRepo for DieselTx<'_> {
    fn has_unsealed(&mut self) -> Result<bool, StoreError> {
        let found = diesel::select(exists(audit_unsealed::table.select(audit_unsealed::event_id)))
            .get_result(self.conn);
        self.check(found)
    }

    fn unsealed(&mut self, limit: u32) -> Result<Vec<AuditEvent>, StoreError> {
        let rows = audit_unsealed::table
            .inner_join(audit_events::table.on(audit_events::id.eq(audit_unsealed::event_id)))
            .order((audit_unsealed::timestamp, audit_unsealed::event_id))
            .limit(limit.into())
            .select(AuditRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn unsealed_before(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let count = audit_unsealed::table
            .filter(audit_unsealed::timestamp.lt(DbTime::from(before)))
            .count()
            .get_result::<i64>(self.conn);
        Ok(u64::try_from(self.check(count)?).unwrap_or_default())
    }

    fn stray(&mut self) -> Result<Option<AuditEventId>, StoreError> {
        let linked = audit_chain::table.filter(audit_chain::event_id.eq(audit_events::id));
        let queued = audit_unsealed::table.filter(audit_unsealed::event_id.eq(audit_events::id));
        let ids = audit_events::table
            .filter(not(exists(linked)))
            .filter(not(exists(queued)))
            .limit(1)
            .select(audit_events::id)
            .load::<String>(self.conn);
        Ok(parse_ids("audit_events", &self.check(ids)?)?.pop())
    }

    fn seal(&mut self, links: &[ChainLink]) -> Result<(), StoreError> {
        // SQLite's trigger against INSERT OR REPLACE would speak before the unique rules do.
        let places: Vec<i64> = links.iter().map(|link| link.sequence).collect();
        let events: Vec<&str> = links.iter().map(|link| link.event_id.as_str()).collect();
        let taken = audit_chain::table
            .filter(audit_chain::seq.eq_any(places).or(audit_chain::event_id.eq_any(events)))
            .order(audit_chain::seq)
            .select(audit_chain::seq)
            .first::<i64>(self.conn)
            .optional();
        if let Some(taken) = self.check(taken)? {
            let by_place = links.iter().any(|link| link.sequence == taken);
            let key = if by_place { "audit_chain.seq" } else { "audit_chain.event_id" };
            return Err(StoreError::Duplicate { key });
        }
        let rows: Vec<LinkRow> = links.iter().map(LinkRow::from).collect();
        let inserted =
            on_backend!(self.conn, |conn| diesel::insert_into(audit_chain::table).values(rows).execute(conn));
        self.check(inserted)?;
        let sealed: Vec<&str> = links.iter().map(|link| link.event_id.as_str()).collect();
        let queued = audit_unsealed::table.filter(audit_unsealed::event_id.eq_any(sealed));
        let taken = diesel::delete(queued).execute(self.conn);
        self.check(taken).map(drop)
    }

    fn last(&mut self) -> Result<Option<ChainLink>, StoreError> {
        let row = audit_chain::table
            .order(audit_chain::seq.desc())
            .select(LinkRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(LinkRow::into_domain).transpose()
    }

    fn links(&mut self, after: i64, limit: u32) -> Result<Vec<(ChainLink, Option<AuditEvent>)>, StoreError> {
        let rows = audit_chain::table
            .left_join(audit_events::table.on(audit_events::id.eq(audit_chain::event_id)))
            .filter(audit_chain::seq.gt(after))
            .order(audit_chain::seq)
            .limit(limit.into())
            .select((LinkRow::as_select(), Option::<AuditRow>::as_select()))
            .load::<(LinkRow, Option<AuditRow>)>(self.conn);
        let pair = |(link, event): (LinkRow, Option<AuditRow>)| {
            Ok((link.into_domain()?, event.map(AuditRow::into_domain).transpose()?))
        };
        self.check(rows)?.into_iter().map(pair).collect()
    }

    fn first_since(&mut self, at: Timestamp) -> Result<Option<i64>, StoreError> {
        let first = audit_chain::table
            .inner_join(audit_events::table.on(audit_events::id.eq(audit_chain::event_id)))
            .filter(audit_events::timestamp.ge(DbTime::from(at)))
            .order(audit_chain::seq)
            .select(audit_chain::seq)
            .first(self.conn)
            .optional();
        self.check(first)
    }

    fn add_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let row = CheckpointRow::from(checkpoint);
        let inserted = diesel::insert_into(audit_checkpoints::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        let rows = audit_checkpoints::table
            .order((audit_checkpoints::seq, audit_checkpoints::kind))
            .select(CheckpointRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn latest_checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let row = audit_checkpoints::table
            .order((audit_checkpoints::seq.desc(), audit_checkpoints::signed_at.desc()))
            .select(CheckpointRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(CheckpointRow::into_domain).transpose()
    }

    fn active_key(&mut self) -> Result<Option<AuditKey>, StoreError> {
        let row = audit_keys::table
            .filter(audit_keys::state.eq("active"))
            .select(AuditKeyRow::as_select())
            .first(self.conn)
            .optional();
        self.check(row)?.map(AuditKeyRow::into_domain).transpose()
    }

    fn keys(&mut self) -> Result<Vec<AuditKey>, StoreError> {
        let rows = audit_keys::table
            .order((audit_keys::created_at, audit_keys::id))
            .select(AuditKeyRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn add_key(&mut self, key: &AuditKey) -> Result<(), StoreError> {
        let row = AuditKeyRow::from(key);
        let inserted = diesel::insert_into(audit_keys::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn prune(&mut self, until: i64) -> Result<u64, StoreError> {
        // The triggers let go what a permit names, and nobody else can see a permit that is not committed.
        let permit = audit_prune_permit::until_seq.eq(until);
        let permitted = diesel::insert_into(audit_prune_permit::table).values(permit).execute(self.conn);
        self.check(permitted)?;
        let linked = audit_chain::table.filter(audit_chain::seq.le(until)).select(audit_chain::event_id);
        let events = audit_events::table.filter(audit_events::id.eq_any(linked));
        let removed = diesel::delete(events).execute(self.conn);
        let removed = self.check(removed)?;
        let links = diesel::delete(audit_chain::table.filter(audit_chain::seq.le(until))).execute(self.conn);
        self.check(links)?;
        let withdrawn = diesel::delete(audit_prune_permit::table).execute(self.conn);
        self.check(withdrawn)?;
        Ok(u64::try_from(removed).unwrap_or(u64::MAX))
    }
}
