//! Lists: which part is wanted, and what comes back.

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// Page number from 1; ignored with a cursor.
    pub page: u32,
    /// Rows per page, 1 to 500.
    pub per_page: u32,
    /// Opaque position from `Listing::next_cursor` of the same list, filter and sort.
    pub cursor: Option<String>,
}

impl Default for ListRequest {
    fn default() -> Self {
        Self { page: 1, per_page: 50, cursor: None }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// Rows.
    pub items: Vec<T>,
    /// Rows on all pages.
    pub total: u64,
    /// Page number that was returned.
    pub page: u32,
    /// Rows per page.
    pub per_page: u32,
    /// Where the next page begins; absent on the last one.
    pub next_cursor: Option<String>,
}
