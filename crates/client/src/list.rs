//! Which part of a list is wanted.

use certctl_api_types::Page;

/// Filters, sort order and position in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    filters: Vec<(String, String)>,
    per_page: Option<u32>,
    position: Option<(&'static str, String)>,
}

impl ListQuery {
    /// The first page, newest first.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a query parameter of the list, for example `status` or `sort`.
    pub fn filter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.filters.push((name.into(), value.into()));
        self
    }

    /// Rows per page, 1 to 500; the server's default is 50.
    pub const fn per_page(mut self, rows: u32) -> Self {
        self.per_page = Some(rows);
        self
    }

    /// A page by number, from 1. To read a whole list use [`Self::after`], which misses no row
    /// when others are added meanwhile.
    pub fn page(mut self, number: u32) -> Self {
        self.position = Some(("page", number.to_string()));
        self
    }

    /// The query for the page after `page`, or `None` when that was the last.
    pub fn after<T>(self, page: &Page<T>) -> Option<Self> {
        let cursor = page.next_cursor.clone()?;
        Some(Self { position: Some(("cursor", cursor)), ..self })
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let filters = self.filters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        filters.chain(self.position.iter().map(|(name, value)| (*name, value.as_str())))
    }

    pub(crate) const fn rows(&self) -> Option<u32> {
        self.per_page
    }
}
