//! Audit events.

use crate::conn::MultiBackend;
use crate::rows::{AuditRow, LinkRow, domain_values};
use crate::schema::{audit_chain, audit_events, audit_unsealed};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::audit::{AuditEvent, ChainLink};
use certctl_domain::id::AuditEventId;
use certctl_repository::{AuditFilter, AuditPosition, AuditRepo, Page, PageRequest, StoreError};
use diesel::dsl::{max, min};
use diesel::prelude::*;

/// Ids in one statement; SQLite allows 32766 values.
const CHUNK: usize = 1000;

fn filtered(filter: &AuditFilter) -> audit_events::BoxedQuery<'static, MultiBackend> {
    let mut query = audit_events::table.into_boxed();
    if let Some(actor) = filter.actor.clone() {
        query = query.filter(audit_events::actor.eq(actor));
    }
    if let Some(kind) = filter.actor_type {
        query = query.filter(audit_events::actor_type.eq(kind.as_str()));
    }
    if let Some(action) = filter.action.clone() {
        query = query.filter(audit_events::action.eq(action));
    }
    if let Some(kind) = filter.resource_type.clone() {
        query = query.filter(audit_events::resource_type.eq(kind));
    }
    if let Some(id) = filter.resource_id.clone() {
        query = query.filter(audit_events::resource_id.eq(id));
    }
    if let Some(id) = filter.request_id.clone() {
        query = query.filter(audit_events::request_id.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_events::timestamp.ge(DbTime::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_events::timestamp.lt(DbTime::from(to)));
    }
    query
}

impl DieselTx<'_> {
    /// All events. Places in the chain have no gaps, pruning takes the first ones, and what has no place
    /// yet waits in a queue that is short: so nothing that grows is counted.
    fn count_of_events(&mut self) -> Result<u64, StoreError> {
        // Two statements: each reads one end of the primary key.
        let first = audit_chain::table.select(min(audit_chain::seq)).first::<Option<i64>>(self.conn);
        let first = self.check(first)?;
        let last = audit_chain::table.select(max(audit_chain::seq)).first::<Option<i64>>(self.conn);
        let last = self.check(last)?;
        let waiting = audit_unsealed::table.count().get_result::<i64>(self.conn);
        let sealed = first.zip(last).map_or(0, |(first, last)| last - first + 1);
        Ok((sealed + self.check(waiting)?).unsigned_abs())
    }
}

impl AuditRepo for DieselTx<'_> {
    fn append(&mut self, event: &AuditEvent) -> Result<(), StoreError> {
        let inserted =
            diesel::insert_into(audit_events::table).values(AuditRow::from(event)).execute(self.conn);
        self.check(inserted)?;
        let waiting = (
            audit_unsealed::event_id.eq(event.id.as_str()),
            audit_unsealed::timestamp.eq(DbTime::from(event.timestamp)),
        );
        let queued = diesel::insert_into(audit_unsealed::table).values(waiting).execute(self.conn);
        self.check(queued).map(drop)
    }

    fn append_all(&mut self, events: &[AuditEvent]) -> Result<(), StoreError> {
        for some in events.chunks(CHUNK) {
            let rows: Vec<_> = some.iter().map(AuditRow::from).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(audit_events::table)
                .values(&rows)
                .execute(conn));
            self.check(inserted)?;
            let place = |event: &AuditEvent| {
                let at = DbTime::from(event.timestamp);
                (audit_unsealed::event_id.eq(event.id.to_string()), audit_unsealed::timestamp.eq(at))
            };
            let waiting: Vec<_> = some.iter().map(place).collect();
            let queued = on_backend!(self.conn, |conn| diesel::insert_into(audit_unsealed::table)
                .values(&waiting)
                .execute(conn));
            self.check(queued)?;
        }
        Ok(())
    }

    fn find(&mut self, id: &AuditEventId) -> Result<Option<AuditEvent>, StoreError> {
        let row =
            audit_events::table.find(id.as_str()).select(AuditRow::as_select()).first(self.conn).optional();
        let rows = self.check(row)?.into_iter().collect();
        Ok(domain_values(rows)?.pop())
    }

    fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEvent>, StoreError> {
        let timestamp = |event: &AuditEvent| event.timestamp;
        let all = self.count_of_events()?;
        let total = if *filter == AuditFilter::default() {
            all
        } else {
            self.counted("audit", filter, page, all, |tx| {
                let counted = filtered(filter).count().get_result(tx.conn);
                tx.check(counted)
            })?
        };
        Ok(newest_first!(self, page, audit_events.timestamp, AuditRow, filtered(filter), timestamp, total))
    }

    fn walk(
        &mut self,
        filter: &AuditFilter,
        after: Option<&AuditPosition>,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, StoreError> {
        let mut query = filtered(filter);
        if let Some((at, id)) = after {
            let at = DbTime::from(*at);
            // The first condition is implied by the second; it lets the engines start inside the index.
            query = query
                .filter(audit_events::timestamp.ge(at))
                .filter(audit_events::timestamp.gt(at).or(audit_events::id.gt(id.to_string())));
        }
        let rows = query
            .order_by(audit_events::timestamp)
            .then_order_by(audit_events::id)
            .limit(limit.into())
            .select(AuditRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn links_of(&mut self, events: &[AuditEventId]) -> Result<Vec<ChainLink>, StoreError> {
        let mut links = Vec::with_capacity(events.len());
        for chunk in events.chunks(CHUNK) {
            let wanted: Vec<&str> = chunk.iter().map(AuditEventId::as_str).collect();
            let rows = audit_chain::table
                .filter(audit_chain::event_id.eq_any(wanted))
                .select(LinkRow::as_select())
                .load(self.conn);
            links.extend(domain_values(self.check(rows)?)?);
        }
        Ok(links)
    }
}
