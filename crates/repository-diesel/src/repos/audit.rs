//! Audit events.

use crate::conn::MultiBackend;
use crate::rows::{AuditRow, LinkRow, domain_values};
use crate::schema::{audit_chain, audit_events, audit_unsealed};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::audit::{AuditEvent, ChainLink};
use certctl_domain::id::AuditEventId;
use certctl_repository::{AuditFilter, AuditPosition, AuditRepo, Page, PageRequest, StoreError};
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

    fn find(&mut self, id: &AuditEventId) -> Result<Option<AuditEvent>, StoreError> {
        let row =
            audit_events::table.find(id.as_str()).select(AuditRow::as_select()).first(self.conn).optional();
        let rows = self.check(row)?.into_iter().collect();
        Ok(domain_values(rows)?.pop())
    }

    fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEvent>, StoreError> {
        let timestamp = |event: &AuditEvent| event.timestamp;
        Ok(newest_first!(self, page, audit_events.timestamp, AuditRow, filtered(filter), timestamp))
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
