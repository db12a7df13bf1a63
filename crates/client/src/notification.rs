//! Notifications, their channels and their routing.

use crate::{Client, ClientError, ETag, ListQuery, Tagged};
use certctl_api_types::channel::{Channel, ChannelRequest};
use certctl_api_types::notification::{
    Notification, NotificationAction, NotificationTestRequest, RequeueRequest, RequeueResult,
};
use certctl_api_types::routing::{Routing, RoutingRequest};
use certctl_api_types::{MergePatch, Page};
use certctl_domain::id::{ChannelId, NotificationId};

/// `/notifications`.
#[derive(Debug, Clone, Copy)]
pub struct Notifications<'c>(pub(crate) &'c Client);

impl Notifications<'_> {
    /// One page of the notifications.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Notification>, ClientError> {
        self.0.get(&["notifications"]).list(query).send().await
    }

    /// One notification with its attempts.
    pub async fn get(&self, id: &NotificationId) -> Result<Notification, ClientError> {
        self.0.get(&["notifications", id.as_str()]).send().await
    }

    /// Marks one as read.
    pub async fn mark_read(&self, id: &NotificationId) -> Result<NotificationAction, ClientError> {
        self.0.post(&["notifications", id.as_str(), "read"]).send().await
    }

    /// Has one delivered again that is dead, failed, or reached nobody.
    pub async fn requeue(&self, id: &NotificationId) -> Result<NotificationAction, ClientError> {
        self.0.post(&["notifications", id.as_str(), "requeue"]).send().await
    }

    /// Has many delivered again.
    pub async fn requeue_matching(&self, request: &RequeueRequest) -> Result<RequeueResult, ClientError> {
        self.0.post(&["notifications", "requeue"]).json(request).send().await
    }

    /// Tries a channel.
    pub async fn test(&self, request: &NotificationTestRequest) -> Result<Notification, ClientError> {
        self.0.post(&["notifications", "test"]).json(request).send().await
    }

    /// The routing, with the tag that guards changes of it.
    pub async fn routing(&self) -> Result<Tagged<Routing>, ClientError> {
        self.0.get(&["notifications", "routing"]).send_tagged().await
    }

    /// Replaces the routing; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace_routing(
        &self,
        request: &RoutingRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Routing>, ClientError> {
        self.0.put(&["notifications", "routing"]).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields of the routing that `patch` names; with `tag`, only if nobody changed it
    /// meanwhile.
    pub async fn patch_routing(
        &self,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Routing>, ClientError> {
        self.0.patch(&["notifications", "routing"]).if_match(tag).merge_patch(patch).send_tagged().await
    }
}

/// `/notification-channels`.
#[derive(Debug, Clone, Copy)]
pub struct Channels<'c>(pub(crate) &'c Client);

impl Channels<'_> {
    /// One page of the channels.
    pub async fn list(&self, query: &ListQuery) -> Result<Page<Channel>, ClientError> {
        self.0.get(&["notification-channels"]).list(query).send().await
    }

    /// One channel, with the tag that guards changes of it.
    pub async fn get(&self, id: &ChannelId) -> Result<Tagged<Channel>, ClientError> {
        self.0.get(&["notification-channels", id.as_str()]).send_tagged().await
    }

    /// Adds a channel.
    pub async fn create(&self, request: &ChannelRequest) -> Result<Channel, ClientError> {
        self.0.post(&["notification-channels"]).json(request).send().await
    }

    /// Replaces everything that can be set; with `tag`, only if nobody changed it meanwhile.
    pub async fn replace(
        &self,
        id: &ChannelId,
        request: &ChannelRequest,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Channel>, ClientError> {
        let path = ["notification-channels", id.as_str()];
        self.0.put(&path).if_match(tag).json(request).send_tagged().await
    }

    /// Changes the fields that `patch` names; with `tag`, only if nobody changed it meanwhile.
    pub async fn patch(
        &self,
        id: &ChannelId,
        patch: &MergePatch,
        tag: Option<&ETag>,
    ) -> Result<Tagged<Channel>, ClientError> {
        let channel = ["notification-channels", id.as_str()];
        self.0.patch(&channel).if_match(tag).merge_patch(patch).send_tagged().await
    }

    /// Removes a channel that nothing refers to.
    pub async fn delete(&self, id: &ChannelId) -> Result<(), ClientError> {
        self.0.delete(&["notification-channels", id.as_str()]).send_unit().await
    }
}
