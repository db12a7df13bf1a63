//! Audit events.

use crate::conn::MultiBackend;
use crate::rows::AuditRow;
use crate::schema::audit_events;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::audit::AuditEvent;
use certctl_repository::{AuditFilter, AuditRepo, Page, PageRequest, StoreError};
use diesel::prelude::*;

fn filtered(filter: &AuditFilter) -> audit_events::BoxedQuery<'static, MultiBackend> {
    let mut query = audit_events::table.into_boxed();
    if let Some(actor) = filter.actor.clone() {
        query = query.filter(audit_events::actor.eq(actor));
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
        self.check(inserted).map(drop)
    }

    fn list(&mut self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEvent>, StoreError> {
        let timestamp = |event: &AuditEvent| event.timestamp;
        Ok(newest_first!(self, page, audit_events.timestamp, AuditRow, filtered(filter), timestamp))
    }
}
