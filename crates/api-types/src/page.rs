//! Lists.

use serde::{Deserialize, Serialize};

/// One page of a list, newest first unless a sort was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// Rows; never null.
    pub data: Vec<T>,
    /// Rows on all pages.
    pub total: u64,
    /// Page number.
    pub page: u32,
    /// Rows per page.
    pub per_page: u32,
    /// Pass as `cursor` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}
