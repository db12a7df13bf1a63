//! Totals of lists that had to be counted row by row, remembered for a moment.
//!
//! Totals over everything and over one counted dimension are kept in the database and never
//! remembered here. All others cost a count, which grows with the inventory; the pages that follow the
//! first one, and in a large inventory the first page as well, take the last count when it is recent.

use certctl_repository::PageRequest;
use parking_lot::Mutex;
use std::collections::HashMap;
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
