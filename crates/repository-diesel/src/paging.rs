//! Pages: exact totals, page numbers for people and keys for everything else.

use crate::types::DbTime;
use certctl_domain::Timestamp;
use certctl_repository::{Cursor, Page, PageRequest, StoreError};

/// Rows per page at most, whatever is asked.
const MOST: u32 = 500;

/// Limit and offset of a page. One more row than wanted tells whether there is a next page.
pub(crate) fn window(page: &PageRequest) -> (i64, i64) {
    let wanted = i64::from(page.per_page.clamp(1, MOST));
    let skipped = if page.after.is_some() { 0 } else { i64::from(page.page.saturating_sub(1)) * wanted };
    (wanted + 1, skipped)
}

/// Makes a page of the rows found by [`window`].
pub(crate) fn finish<T>(
    mut rows: Vec<T>,
    total: u64,
    page: &PageRequest,
    cursor: impl Fn(&T) -> Cursor,
) -> Page<T> {
    let wanted = usize::try_from(page.per_page.clamp(1, MOST)).unwrap_or(usize::MAX);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let next = if more { rows.last().map(cursor) } else { None };
    Page { items: rows, total, next }
}

/// Key of a time in a cursor.
pub(crate) fn time_key(at: Timestamp) -> String {
    at.to_rfc3339()
}

/// Reads a key made by [`time_key`].
pub(crate) fn parse_time_key(key: &str) -> Result<DbTime, StoreError> {
    Timestamp::parse_rfc3339(key).map(DbTime::from).map_err(|_not_a_time| StoreError::InvalidCursor)
}

/// A LIKE pattern with the escape `\` that finds `search` literally, in a lower-case column.
pub(crate) fn containing(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// One page of a list that is ordered by a time, newest first, ties by id. `$rows` is a boxed query
/// with the list's filter. Without a `$total` that is known otherwise the rows are counted: right for lists
/// that stay small.
macro_rules! newest_first {
    ($tx:expr, $page:expr, $table:ident.$time:ident, $row:ty, $rows:expr, $key:expr) => {{
        let total = $rows.count().get_result::<i64>($tx.conn);
        let total = $tx.check(total)?.unsigned_abs();
        newest_first!($tx, $page, $table.$time, $row, $rows, $key, total)
    }};
    ($tx:expr, $page:expr, $table:ident.$time:ident, $row:ty, $rows:expr, $key:expr, $total:expr) => {{
        let page: &certctl_repository::PageRequest = $page;
        let total: u64 = $total;
        let (limit, offset) = $crate::paging::window(page);
        let mut query = $rows;
        if let Some(cursor) = &page.after {
            let at = $crate::paging::parse_time_key(&cursor.key)?;
            // The first condition is implied by the second; it lets the engines start inside the index.
            query = query
                .filter($table::$time.le(at))
                .filter($table::$time.lt(at).or($table::id.lt(cursor.id.clone())));
        }
        let found = query
            .order_by($table::$time.desc())
            .then_order_by($table::id.desc())
            .limit(limit)
            .offset(offset)
            .select(<$row>::as_select())
            .load($tx.conn);
        let items = $crate::rows::domain_values($tx.check(found)?)?;
        $crate::paging::finish(items, total, page, |item| certctl_repository::Cursor {
            key: $crate::paging::time_key($key(item)),
            id: item.id.as_str().to_owned(),
        })
    }};
}
