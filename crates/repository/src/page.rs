//! Pages of lists: by number for people, by key for everything else.

/// Position after the last row of a page: the sort key's stored text and the row's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Text of the sort key of the last row; times in RFC 3339 with microseconds.
    pub key: String,
    /// Id of the last row.
    pub id: String,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Page number from 1; ignored when `after` is set.
    pub page: u32,
    /// Rows per page, 1 to 500.
    pub per_page: u32,
    /// Continue after this row.
    pub after: Option<Cursor>,
}

impl PageRequest {
    /// The first `per_page` rows.
    pub const fn first(per_page: u32) -> Self {
        Self { page: 1, per_page, after: None }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Rows.
    pub items: Vec<T>,
    /// Rows that match the filter on all pages.
    pub total: u64,
    /// Where the next page begins; absent on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Converts every row.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(convert).collect(), total: self.total, next: self.next }
    }
}
