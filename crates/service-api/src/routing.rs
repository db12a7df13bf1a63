//! The routing of notifications: one document.

use crate::edit::Edit;
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::notification::Routing;

/// The routing as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRouting {
    /// The routing.
    pub routing: Routing,
    /// Last change; absent while it is the one that every installation begins with.
    pub updated_at: Option<Timestamp>,
}

impl StoredRouting {
    /// Names this state of the document: microseconds of the last change, 0 before the first one.
    pub const fn revision(&self) -> i64 {
        match self.updated_at {
            Some(at) => at.unix_micros(),
            None => 0,
        }
    }
}

/// Use cases of the routing.
#[async_trait]
pub trait RoutingService: Send + Sync {
    /// The routing.
    async fn get(&self, who: &Actor) -> Result<StoredRouting, ServiceError>;
    /// Changes it. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        edit: Edit<StoredRouting, Routing>,
        revision: Option<i64>,
    ) -> Result<StoredRouting, ServiceError>;
}
