//! Operations and their items.

use super::certificate::filtered;
use crate::conn::MultiBackend;
use crate::paging::{finish, window};
use crate::prepared::Preparable;
use crate::rows::{IntoDomain, ItemRow, OperationRow, domain_values, parse_ids};
use crate::schema::{managed_certificates as mc, operation_items as items, operations};
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, OperationId};
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};
use certctl_repository::{
    CertificateFilter, Cursor, OperationFilter, OperationRepo, Page, PageRequest, StoreError, exactly_one,
};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeSet;

/// Ids in one `IN` list; SQLite binds each of them.
const CHUNK: usize = 500;

fn shown(filter: &OperationFilter) -> operations::BoxedQuery<'static, MultiBackend> {
    let mut query = operations::table.into_boxed();
    if let Some(kind) = filter.kind.clone() {
        query = query.filter(operations::kind.eq(kind));
    }
    match filter.state {
        Some(OperationState::Paused) => query = query.filter(operations::paused_at.is_not_null()),
        Some(state) => {
            query =
                query.filter(operations::state.eq(state.as_str())).filter(operations::paused_at.is_null());
        }
        None => {}
    }
    query
}

/// How an item ended.
#[derive(AsChangeset)]
#[diesel(table_name = items, treat_none_as_null = true)]
struct Ending {
    state: &'static str,
    code: Option<String>,
    message: Option<String>,
    result: Option<String>,
    finished_at: Option<DbTime>,
}

fn ending(item: &OperationItem) -> Ending {
    Ending {
        state: item.state.as_str(),
        code: item.code.clone(),
        message: item.message.clone(),
        result: item.result.as_ref().map(|result| result.as_str().to_owned()),
        finished_at: item.finished_at.map(DbTime::from),
    }
}

impl DieselTx<'_> {
    fn insert_selected(
        &mut self,
        id: &OperationId,
        filter: &CertificateFilter,
        among: Option<&[CertificateId]>,
    ) -> Result<u64, StoreError> {
        let mut chosen = filtered(filter);
        if let Some(ids) = among {
            chosen = chosen.filter(mc::id.eq_any(ids.iter().map(ToString::to_string).collect::<Vec<_>>()));
        }
        let rows = chosen.select((
            id.to_string().into_sql::<Text>(),
            mc::id,
            ItemState::Pending.as_str().into_sql::<Text>(),
        ));
        let inserted = rows
            .insert_into(items::table)
            .into_columns((items::operation_id, items::certificate_id, items::state))
            .execute(self.conn);
        Ok(self.check(inserted)? as u64)
    }
}

impl OperationRepo for DieselTx<'_> {
    fn find(&mut self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        let row =
            operations::table.find(id.as_str()).select(OperationRow::as_select()).first(self.conn).optional();
        self.check(row)?.map(OperationRow::into_domain).transpose()
    }

    fn list(&mut self, filter: &OperationFilter, page: &PageRequest) -> Result<Page<Operation>, StoreError> {
        let created_at = |operation: &Operation| operation.created_at;
        Ok(newest_first!(self, page, operations.created_at, OperationRow, shown(filter), created_at))
    }

    fn unfinished(&mut self, limit: u32) -> Result<Vec<Operation>, StoreError> {
        let rows = operations::table
            .filter(operations::finished_at.is_null())
            .filter(operations::paused_at.is_null())
            .order((operations::created_at, operations::id))
            .limit(limit.into())
            .select(OperationRow::as_select())
            .load(self.conn);
        domain_values(self.check(rows)?)
    }

    fn insert(&mut self, operation: &Operation) -> Result<(), StoreError> {
        let row = OperationRow::from(operation);
        let inserted = diesel::insert_into(operations::table).values(row).execute(self.conn);
        self.check(inserted).map(drop)
    }

    fn update(&mut self, operation: &Operation) -> Result<(), StoreError> {
        let live = operations::table.find(operation.id.as_str()).filter(operations::finished_at.is_null());
        let updated = diesel::update(live).set(OperationRow::from(operation)).prepared().execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn insert_matching(
        &mut self,
        id: &OperationId,
        filter: &CertificateFilter,
        among: Option<&[CertificateId]>,
    ) -> Result<u64, StoreError> {
        let Some(among) = among else { return self.insert_selected(id, filter, None) };
        let mut inserted = 0;
        for chunk in among.chunks(CHUNK) {
            inserted += self.insert_selected(id, filter, Some(chunk))?;
        }
        Ok(inserted)
    }

    fn insert_ids(&mut self, id: &OperationId, certificates: &[CertificateId]) -> Result<u64, StoreError> {
        let mut inserted = 0;
        for chunk in certificates.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|certificate| {
                    (
                        items::operation_id.eq(id.as_str()),
                        items::certificate_id.eq(certificate.as_str()),
                        items::state.eq(ItemState::Pending.as_str()),
                    )
                })
                .collect();
            let result = on_backend!(self.conn, |conn| diesel::insert_into(items::table)
                .values(&rows)
                .on_conflict_do_nothing()
                .execute(conn));
            inserted += self.check(result)? as u64;
        }
        Ok(inserted)
    }

    fn unknown(&mut self, certificates: &[CertificateId]) -> Result<Vec<CertificateId>, StoreError> {
        let mut unknown = Vec::new();
        for chunk in certificates.chunks(CHUNK) {
            let wanted: Vec<&str> = chunk.iter().map(CertificateId::as_str).collect();
            let known = mc::table.filter(mc::id.eq_any(wanted)).select(mc::id).load::<String>(self.conn);
            let known: BTreeSet<String> = self.check(known)?.into_iter().collect();
            unknown.extend(chunk.iter().filter(|id| !known.contains(id.as_str())).cloned());
        }
        Ok(unknown)
    }

    fn pending(&mut self, id: &OperationId, limit: u32) -> Result<Vec<CertificateId>, StoreError> {
        let ids = items::table
            .filter(items::operation_id.eq(id.as_str()))
            .filter(items::state.eq(ItemState::Pending.as_str()))
            .order(items::certificate_id)
            .limit(limit.into())
            .select(items::certificate_id)
            .load::<String>(self.conn);
        parse_ids("operation_items", &self.check(ids)?)
    }

    fn finish(&mut self, item: &OperationItem) -> Result<(), StoreError> {
        let pending = items::table
            .find((item.operation_id.as_str(), item.certificate_id.as_str()))
            .filter(items::state.eq(ItemState::Pending.as_str()));
        let updated = diesel::update(pending).set(ending(item)).prepared().execute(self.conn);
        exactly_one(self.check(updated)?)
    }

    fn finish_all(&mut self, items: &[OperationItem]) -> Result<(), StoreError> {
        // Those that ended in the same way are one statement.
        let same = |a: &OperationItem, b: &OperationItem| {
            (&a.operation_id, a.state, &a.code, &a.message, &a.result, a.finished_at)
                == (&b.operation_id, b.state, &b.code, &b.message, &b.result, b.finished_at)
        };
        for alike in items.chunk_by(same) {
            let [first, _, ..] = alike else {
                alike.iter().try_for_each(|item| OperationRepo::finish(self, item))?;
                continue;
            };
            for some in alike.chunks(CHUNK) {
                let pending = items::table
                    .filter(items::operation_id.eq(first.operation_id.as_str()))
                    .filter(
                        items::certificate_id.eq_any(some.iter().map(|item| item.certificate_id.as_str())),
                    )
                    .filter(items::state.eq(ItemState::Pending.as_str()));
                let updated = diesel::update(pending).set(ending(first)).execute(self.conn);
                if self.check(updated)? != some.len() {
                    return Err(StoreError::Stale);
                }
            }
        }
        Ok(())
    }

    fn cancel_pending(&mut self, id: &OperationId, at: Timestamp) -> Result<u64, StoreError> {
        let pending = items::table
            .filter(items::operation_id.eq(id.as_str()))
            .filter(items::state.eq(ItemState::Pending.as_str()));
        let updated = diesel::update(pending)
            .set((items::state.eq(ItemState::Cancelled.as_str()), items::finished_at.eq(DbTime::from(at))))
            .execute(self.conn);
        Ok(self.check(updated)? as u64)
    }

    fn items(
        &mut self,
        id: &OperationId,
        state: Option<ItemState>,
        page: &PageRequest,
    ) -> Result<Page<OperationItem>, StoreError> {
        let rows = || {
            let mut query =
                items::table.filter(items::operation_id.eq(id.to_string())).into_boxed::<MultiBackend>();
            if let Some(state) = state {
                query = query.filter(items::state.eq(state.as_str()));
            }
            query
        };
        // An operation changes its items while it is watched: only the pages after the first remember.
        let total = self.counted("operation items", &(id, state), page, 0, |tx| {
            let counted = rows().count().get_result(tx.conn);
            tx.check(counted)
        })?;
        let (limit, offset) = window(page);
        let mut query = rows();
        if let Some(cursor) = &page.after {
            query = query.filter(items::certificate_id.gt(cursor.id.clone()));
        }
        let found = query
            .order_by(items::certificate_id)
            .limit(limit)
            .offset(offset)
            .select(ItemRow::as_select())
            .load(self.conn);
        let found = domain_values(self.check(found)?)?;
        let cursor =
            |last: &OperationItem| Cursor { key: String::new(), id: last.certificate_id.to_string() };
        Ok(finish(found, total, page, cursor))
    }

    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<Option<bool>, StoreError> {
        let oldest = operations::table
            .filter(operations::finished_at.lt(DbTime::from(before)))
            .order((operations::created_at, operations::id))
            .select(operations::id)
            .first::<String>(self.conn)
            .optional();
        let Some(id) = self.check(oldest)? else { return Ok(None) };
        let of_it = items::table.filter(items::operation_id.eq(&id));
        let some = of_it
            .order(items::certificate_id)
            .limit(limit.into())
            .select(items::certificate_id)
            .load::<String>(self.conn);
        let some = self.check(some)?;
        let last = some.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        let deleted = diesel::delete(of_it.filter(items::certificate_id.eq_any(some))).execute(self.conn);
        self.check(deleted)?;
        if last {
            let deleted = diesel::delete(operations::table.find(&id)).execute(self.conn);
            exactly_one(self.check_delete(deleted)?)?;
        }
        Ok(Some(last))
    }
}
