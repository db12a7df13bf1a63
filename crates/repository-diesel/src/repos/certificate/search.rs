//! Finding a fragment of a name, any case. `%` and `_` are ordinary characters in it.
//!
//! From three characters on, an index of all groups of three characters answers. Shorter fragments
//! are compared with every row, newest first: common ones fill a page at once, rare ones read the
//! whole table.

use crate::dialect;
use crate::options::Engine;
use crate::tx::DieselTx;
use certctl_repository::StoreError;

/// Characters that the index needs.
const INDEXED: usize = 3;
/// Up to this many rows are found by the index and then sorted. Where there are more, a page is full
/// sooner when the rows are read in the wanted order.
const FEW: usize = 10_000;
/// Enough to see that there are more.
const MORE: i64 = 10_001;

/// How a fragment is looked for.
pub(super) enum Search {
    /// Compare rows with this pattern.
    Pattern(String),
    /// Take the rows with these numbers, a JSON array: SQLite's index was asked once and costs more than
    /// the rows themselves.
    Found(String),
}

/// The fragment as it is stored.
fn folded(fragment: &str) -> String {
    fragment.to_lowercase()
}

/// A pattern that finds the fragment literally.
fn pattern(fragment: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(fragment).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A query of SQLite's index that finds the fragment literally.
fn phrase(fragment: &str) -> String {
    format!("\"{}\"", folded(fragment).replace('"', "\"\""))
}

impl DieselTx<'_> {
    /// The best way to find `fragment`. PostgreSQL chooses by itself once it sees the fragment; SQLite
    /// knows nothing about its rows and is told.
    pub(super) fn search_for(&mut self, fragment: &str) -> Result<Search, StoreError> {
        if dialect::engine(self.conn) == Engine::Postgres {
            let planned = dialect::plan_with_values(self.conn);
            self.check(planned)?;
            return Ok(Search::Pattern(pattern(fragment)));
        }
        if folded(fragment).chars().count() < INDEXED {
            return Ok(Search::Pattern(pattern(fragment)));
        }
        let query = phrase(fragment);
        let found = dialect::fragments_up_to(self.conn, &query, MORE);
        let found = self.check(found)?;
        if found.len() > FEW {
            return Ok(Search::Pattern(pattern(fragment)));
        }
        serde_json::to_string(&found).map(Search::Found).map_err(|error| StoreError::Other(error.into()))
    }
}
