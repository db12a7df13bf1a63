//! Storage of the log of API calls.

use crate::{Page, PageRequest, StoreError};
use certctl_domain::Timestamp;
use certctl_domain::api_call::ApiCall;

/// Which calls a list shows. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiCallFilter {
    /// Actor, exact.
    pub actor: Option<String>,
    /// Method, exact.
    pub method: Option<String>,
    /// Beginning of the path, taken literally.
    pub path_prefix: Option<String>,
    /// Status, exact.
    pub status: Option<u16>,
    /// Request id, exact.
    pub request_id: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

/// The log of API calls.
pub trait ApiCallRepo {
    /// Adds calls.
    fn insert(&mut self, calls: &[ApiCall]) -> Result<(), StoreError>;
    /// One page, newest first.
    fn list(&mut self, filter: &ApiCallFilter, page: &PageRequest) -> Result<Page<ApiCall>, StoreError>;
    /// Removes at most `limit` calls that ended before `before`, oldest first; returns how many.
    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
