//! The log of API calls.

use crate::conn::MultiBackend;
use crate::rows::ApiCallRow;
use crate::schema::api_calls;
use crate::tx::DieselTx;
use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_domain::api_call::ApiCall;
use certctl_repository::{ApiCallFilter, ApiCallRepo, Dimension, Page, PageRequest, StoreError};
use diesel::prelude::*;

/// Rows in one statement: PostgreSQL allows 65535 values, SQLite 32766.
const CHUNK: usize = 1000;

diesel::define_sql_function! {
    /// `length` characters of a text from the first one on. LIKE would mind the case on one engine
    /// and not on the other.
    fn substr(
        text: diesel::sql_types::Text,
        first: diesel::sql_types::Integer,
        length: diesel::sql_types::Integer,
    ) -> diesel::sql_types::Text;
}

fn filtered(filter: &ApiCallFilter) -> api_calls::BoxedQuery<'static, MultiBackend> {
    let mut query = api_calls::table.into_boxed();
    if let Some(actor) = filter.actor.clone() {
        query = query.filter(api_calls::actor.eq(actor));
    }
    if let Some(method) = filter.method.clone() {
        query = query.filter(api_calls::method.eq(method));
    }
    if let Some(prefix) = &filter.path_prefix {
        let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
        query = query.filter(substr(api_calls::path, 1, length).eq(prefix.clone()));
    }
    if let Some(status) = filter.status {
        query = query.filter(api_calls::status.eq(i64::from(status)));
    }
    if let Some(id) = filter.request_id.clone() {
        query = query.filter(api_calls::request_id.eq(id));
    }
    if let Some(from) = filter.from {
        query = query.filter(api_calls::timestamp.ge(DbTime::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(api_calls::timestamp.lt(DbTime::from(to)));
    }
    query
}

impl ApiCallRepo for DieselTx<'_> {
    fn insert(&mut self, calls: &[ApiCall]) -> Result<(), StoreError> {
        for chunk in calls.chunks(CHUNK) {
            let rows: Vec<ApiCallRow> = chunk.iter().map(ApiCallRow::from).collect();
            let inserted = on_backend!(self.conn, |conn| diesel::insert_into(api_calls::table)
                .values(rows)
                .execute(conn));
            self.check(inserted)?;
        }
        Ok(())
    }

    fn list(&mut self, filter: &ApiCallFilter, page: &PageRequest) -> Result<Page<ApiCall>, StoreError> {
        let timestamp = |call: &ApiCall| call.timestamp;
        let all = self.count_of(Dimension::ApiCall, "all")?;
        let total = if *filter == ApiCallFilter::default() {
            all
        } else {
            self.counted("api calls", filter, page, all, |tx| {
                let counted = filtered(filter).count().get_result(tx.conn);
                tx.check(counted)
            })?
        };
        Ok(newest_first!(self, page, api_calls.timestamp, ApiCallRow, filtered(filter), timestamp, total))
    }

    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let old = api_calls::table
            .filter(api_calls::timestamp.lt(DbTime::from(before)))
            .order((api_calls::timestamp, api_calls::id))
            .limit(limit.into())
            .select(api_calls::id)
            .load::<String>(self.conn);
        let old = self.check(old)?;
        let removed = diesel::delete(api_calls::table.filter(api_calls::id.eq_any(old))).execute(self.conn);
        Ok(u64::try_from(self.check(removed)?).unwrap_or(u64::MAX))
    }
}
