//! Totals of lists that had to be counted row by row, remembered for a moment.
//!
//! Totals over everything and over one counted dimension are kept in the database and never
//! remembered here. All others cost a count, which grows with the inventory; the pages that follow the
//! first one, and in a large inventory the first page as well, take the last count when it is recent.

use crate::tx::DieselTx;
use certctl_repository::{PageRequest, StoreError};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt::Debug;
use std::time::Duration;
use tokio::time::Instant;

/// How long a count is good.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// Remembered counts; clients invent filters, so there must be an end.
const MOST: usize = 256;
/// Up to this many rows in all, a first page is always counted anew.
const SMALL: u64 = 10_000;

/// Counts by list and filter.
#[derive(Debug, Default)]
pub(crate) struct TotalCache(Mutex<HashMap<String, (Instant, u64)>>);

impl TotalCache {
    /// The remembered count of `filter`, when it may be used for `page` of a list with `rows` in all.
    pub(crate) fn recall(&self, filter: &str, page: &PageRequest, rows: u64) -> Option<u64> {
        let first = page.after.is_none() && page.page <= 1;
        if first && rows <= SMALL {
            return None;
        }
        let counts = self.0.lock();
        counts.get(filter).filter(|(at, _)| at.elapsed() < GOOD_FOR).map(|(_, count)| *count)
    }

    /// Remembers a count that was just made.
    pub(crate) fn remember(&self, filter: String, count: u64) {
        let mut counts = self.0.lock();
        if counts.len() >= MOST {
            counts.retain(|_, (at, _)| at.elapsed() < GOOD_FOR);
        }
        if counts.len() < MOST {
            counts.insert(filter, (Instant::now(), count));
        }
    }
}

impl DieselTx<'_> {
    /// How many rows of a list with `rows` in all match `filter`: counted, or as it was counted a moment
    /// ago where that is good enough for `page`.
    pub(crate) fn counted(
        &mut self,
        list: &'static str,
        filter: &(impl Debug + ?Sized),
        page: &PageRequest,
        rows: u64,
        count: impl FnOnce(&mut Self) -> Result<i64, StoreError>,
    ) -> Result<u64, StoreError> {
        let name = format!("{list} {filter:?}");
        if let Some(total) = self.totals.recall(&name, page, rows) {
            return Ok(total);
        }
        let total = count(self)?.unsigned_abs();
        self.totals.remember(name, total);
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_repository::Cursor;

    #[tokio::test(start_paused = true)]
    async fn a_count_is_used_for_the_next_pages_and_not_for_long() {
        let cache = TotalCache::default();
        let first = PageRequest::first(10);
        let cursor = Cursor { key: String::new(), id: String::new() };
        let next = PageRequest { after: Some(cursor), ..first.clone() };
        assert_eq!(cache.recall("a", &next, 50), None);
        cache.remember("a".to_owned(), 7);
        assert_eq!(cache.recall("a", &next, 50), Some(7));
        assert_eq!(cache.recall("b", &next, 50), None);
        assert_eq!(cache.recall("a", &first, 50), None);
        assert_eq!(cache.recall("a", &first, 50_000), Some(7));
        tokio::time::advance(GOOD_FOR).await;
        assert_eq!(cache.recall("a", &next, 50), None);
        for n in 0..1_000 {
            cache.remember(n.to_string(), 1);
        }
        assert_eq!(cache.0.lock().len(), MOST);
    }
}
