//! Notification channels.

use crate::edit::Edit;
use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, NotificationChannel};

/// What a client may set.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSpec {
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Kind; it cannot change.
    pub kind: NotificationChannel,
    /// Configuration; secrets may read `{"set":true}` to keep the stored value.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// Whether it takes notifications.
    pub enabled: bool,
}

/// Use cases of channels. The sealed configuration of the rows that are returned is empty.
#[async_trait]
pub trait ChannelService: Send + Sync {
    /// One page, of a kind or of all.
    async fn list(
        &self,
        who: &Actor,
        kind: Option<NotificationChannel>,
        page: ListRequest,
    ) -> Result<Listing<Channel>, ServiceError>;
    /// One channel; secrets are masked.
    async fn get(&self, who: &Actor, id: &ChannelId) -> Result<Channel, ServiceError>;
    /// Adds a channel after its configuration has been checked.
    async fn create(
        &self,
        who: &Actor,
        id: Option<ChannelId>,
        spec: ChannelSpec,
    ) -> Result<Channel, ServiceError>;
    /// Changes a channel; secrets read `{"set":true}` in what `edit` sees. Of one that the environment
    /// configures only `enabled` changes. With `revision`, only if the stored one is the same (`stale`).
    async fn change(
        &self,
        who: &Actor,
        id: &ChannelId,
        edit: Edit<Channel, ChannelSpec>,
        revision: Option<i64>,
    ) -> Result<Channel, ServiceError>;
    /// Removes a channel that neither the routing nor a renewal policy names.
    async fn delete(&self, who: &Actor, id: &ChannelId) -> Result<(), ServiceError>;
}
