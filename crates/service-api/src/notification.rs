//! Notifications: one alert on its way to one recipient over one channel.

use crate::list::{ListRequest, Listing};
use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::{CertificateId, ChannelId, NotificationId};
use certctl_domain::notification::{
    AlertSeverity, Attempt, ChannelRef, Delivery, Notification, NotificationChannel, NotificationStatus,
    NotificationType,
};

/// Filters of the list. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotificationQuery {
    /// Status.
    pub status: Option<NotificationStatus>,
    /// How it was delivered.
    pub delivery: Option<Delivery>,
    /// What it is about.
    pub kind: Option<NotificationType>,
    /// Urgency.
    pub severity: Option<AlertSeverity>,
    /// Kind of channel.
    pub channel: Option<NotificationChannel>,
    /// Channel.
    pub channel_id: Option<ChannelId>,
    /// Certificate.
    pub certificate_id: Option<CertificateId>,
    /// Read, or not.
    pub read: Option<bool>,
    /// Created after this time.
    pub created_after: Option<Timestamp>,
    /// Created before this time.
    pub created_before: Option<Timestamp>,
}

/// A notification with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationHistory {
    /// The notification.
    pub notification: Notification,
    /// Attempts at its delivery, oldest first.
    pub attempts: Vec<Attempt>,
}

/// What a requeue of many did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requeued {
    /// How many are on their way again.
    pub count: u64,
    /// Whether it stopped before everything that matches was looked at.
    pub more: bool,
}

/// Use cases of notifications.
#[async_trait]
pub trait NotificationService: Send + Sync {
    /// One page, newest first.
    async fn list(
        &self,
        who: &Actor,
        query: NotificationQuery,
        page: ListRequest,
    ) -> Result<Listing<Notification>, ServiceError>;
    /// One notification.
    async fn get(&self, who: &Actor, id: &NotificationId) -> Result<NotificationHistory, ServiceError>;
    /// Marks one as read, whatever becomes of its delivery. Once is enough; again changes nothing.
    async fn mark_read(&self, who: &Actor, id: &NotificationId) -> Result<(), ServiceError>;
    /// Has one delivered again that is dead, failed or reached nobody. When its channel is gone, or
    /// there was none, it goes over another enabled one of the same kind.
    async fn requeue(&self, who: &Actor, id: &NotificationId) -> Result<(), ServiceError>;
    /// Requeues what matches: `query` names the status `dead` or `failed`, or the delivery
    /// `no_notifier`.
    async fn requeue_matching(&self, who: &Actor, query: NotificationQuery)
    -> Result<Requeued, ServiceError>;
    /// Makes a notification that tries a channel, or an enabled one of a kind, and is delivered like any
    /// other. Mail needs a `recipient`; other channels have none.
    async fn test(
        &self,
        who: &Actor,
        channel: ChannelRef,
        recipient: Option<String>,
    ) -> Result<Notification, ServiceError>;
}
