//! The routing in memory.

use super::sample;
use async_trait::async_trait;
use certctl_domain::notification::Routing;
use certctl_service_api::edit::Edit;
use certctl_service_api::routing::{RoutingService, StoredRouting};
use certctl_service_api::{Actor, ConflictCode, ServiceError};

/// The routing that every installation begins with.
pub(crate) struct Routings;

#[async_trait]
impl RoutingService for Routings {
    async fn get(&self, _: &Actor) -> Result<StoredRouting, ServiceError> {
        Ok(StoredRouting { routing: Routing::default(), updated_at: None })
    }

    async fn change(
        &self,
        who: &Actor,
        edit: Edit<StoredRouting, Routing>,
        revision: Option<i64>,
    ) -> Result<StoredRouting, ServiceError> {
        let before = self.get(who).await?;
        if revision.is_some_and(|revision| revision != before.revision()) {
            return Err(ServiceError::conflict(ConflictCode::Stale, "the routing changed since it was read"));
        }
        Ok(StoredRouting { routing: edit(&before)?, updated_at: Some(sample::time(2)) })
    }
}
