//! Notifications in memory.

use super::{page_of, sample};
use async_trait::async_trait;
use certctl_domain::id::NotificationId;
use certctl_domain::notification::{
    Attempt, AttemptResult, ChannelRef, Delivery, Notification, NotificationStatus, NotificationType,
};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::notification::{
    NotificationHistory, NotificationQuery, NotificationService, Requeued,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use std::time::Duration;

/// Knows `sample-1`, which failed and is read, and `notif-sent`, which is neither.
pub(crate) struct Notifications;

fn rows() -> [Notification; 2] {
    let sent = Notification {
        status: NotificationStatus::Sent,
        delivery: Some(Delivery::Delivered),
        sent_at: Some(sample::time(8)),
        next_retry_at: None,
        last_error: None,
        read_at: None,
        kind: NotificationType::RenewalSuccess,
        ..sample::notification("notif-sent")
    };
    [sample::notification("sample-1"), sent]
}

fn find(id: &NotificationId) -> Result<Notification, ServiceError> {
    rows().into_iter().find(|row| row.id == *id).ok_or_else(|| ServiceError::not_found("notification", id))
}

fn matches(row: &Notification, query: &NotificationQuery) -> bool {
    query.status.is_none_or(|status| status == row.status)
        && query.delivery.is_none_or(|delivery| Some(delivery) == row.delivery)
        && query.kind.is_none_or(|kind| kind == row.kind)
        && query.severity.is_none_or(|severity| severity == row.severity)
        && query.channel.is_none_or(|channel| channel == row.channel)
        && query.channel_id.as_ref().is_none_or(|id| Some(id) == row.channel_id.as_ref())
        && query.certificate_id.as_ref().is_none_or(|id| Some(id) == row.certificate_id.as_ref())
        && query.read.is_none_or(|read| read == row.read_at.is_some())
        && query.created_after.is_none_or(|bound| row.created_at > bound)
        && query.created_before.is_none_or(|bound| row.created_at < bound)
}

#[async_trait]
impl NotificationService for Notifications {
    async fn list(
        &self,
        _: &Actor,
        query: NotificationQuery,
        page: ListRequest,
    ) -> Result<Listing<Notification>, ServiceError> {
        let rows: Vec<_> = rows().into_iter().filter(|row| matches(row, &query)).collect();
        page_of(&rows, &page)
    }

    async fn get(&self, _: &Actor, id: &NotificationId) -> Result<NotificationHistory, ServiceError> {
        let attempt = Attempt {
            number: 1,
            started_at: sample::time(2),
            duration: Duration::from_millis(1500),
            result: AttemptResult::Failed,
            detail: "452 the mailbox is full".to_owned(),
        };
        Ok(NotificationHistory { notification: find(id)?, attempts: vec![attempt] })
    }

    async fn mark_read(&self, _: &Actor, id: &NotificationId) -> Result<(), ServiceError> {
        find(id).map(drop)
    }

    async fn requeue(&self, _: &Actor, id: &NotificationId) -> Result<(), ServiceError> {
        match find(id)?.status {
            NotificationStatus::Sent => Err(ServiceError::conflict(
                ConflictCode::InvalidState,
                "notification notif-sent was delivered",
            )),
            _ => Ok(()),
        }
    }

    async fn requeue_matching(&self, _: &Actor, query: NotificationQuery) -> Result<Requeued, ServiceError> {
        if query.status.is_none() && query.delivery.is_none() {
            return Err(ServiceError::invalid("status", "required", "name what to requeue"));
        }
        let count = rows().iter().filter(|row| matches(row, &query)).count() as u64;
        Ok(Requeued { count, more: false })
    }

    async fn test(
        &self,
        _: &Actor,
        channel: ChannelRef,
        recipient: Option<String>,
    ) -> Result<Notification, ServiceError> {
        let (channel, channel_id) = match channel {
            ChannelRef::Kind(kind) => (kind, None),
            ChannelRef::Channel(id) => (sample::notification("x-1").channel, Some(id)),
        };
        Ok(Notification {
            kind: NotificationType::Test,
            channel,
            channel_id,
            recipient: recipient.unwrap_or_default(),
            ..sample::notification("notif-test")
        })
    }
}
