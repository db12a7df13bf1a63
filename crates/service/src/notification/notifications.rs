//! Notifications as people see them: read, marked, sent again, tried out.

use super::reference::{channel_again, enabled_of};
use super::requeue::{check_requeue_query, facts_of, requeue_all};
use crate::failure::Failure;
use crate::support::{Foundation, audit_event, listing, page_request};
use crate::wakeups::Wakeups;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::id::{IdSource, NotificationId};
use certctl_domain::notification::{
    AlertSeverity, Channel, ChannelRef, Notification, NotificationChannel, NotificationStatus,
    NotificationType, Story,
};
use certctl_domain::organisation::mail_address;
use certctl_repository::{NotificationFilter, Tx};
use certctl_service_api::list::{ListRequest, Listing};
use certctl_service_api::notification::{
    NotificationHistory, NotificationQuery, NotificationService, Requeued,
};
use certctl_service_api::{Actor, ConflictCode, ServiceError};
use serde_json::json;
use std::sync::Arc;

/// Use cases of notifications.
#[derive(Debug)]
pub struct Notifications {
    base: Foundation,
    wakeups: Arc<Wakeups>,
}

impl Notifications {
    /// Over a store, waking delivery when something is to be sent.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>) -> Self {
        Self { base, wakeups }
    }
}

pub(super) fn filter(query: NotificationQuery) -> NotificationFilter {
    NotificationFilter {
        status: query.status,
        delivery: query.delivery,
        kind: query.kind,
        severity: query.severity,
        channel: query.channel,
        channel_id: query.channel_id,
        certificate_id: query.certificate_id,
        read: query.read,
        created_after: query.created_after,
        created_before: query.created_before,
    }
}

fn get(tx: &mut dyn Tx, id: &NotificationId) -> Result<Notification, Failure> {
    tx.notifications().find(id)?.ok_or_else(|| Failure::Service(ServiceError::not_found("notification", id)))
}

/// Whom a test goes to, and the address where the kind of channel has addresses.
fn test_recipient(
    kind: NotificationChannel,
    channel: Option<&Channel>,
    recipient: Option<&str>,
) -> Result<String, ServiceError> {
    match (kind, recipient) {
        (NotificationChannel::Email, Some(address)) => mail_address(address)
            .map_err(|reason| ServiceError::invalid("recipient", "invalid_value", reason)),
        (NotificationChannel::Email, None) => {
            Err(ServiceError::invalid("recipient", "required", "mail needs an address to go to"))
        }
        (_, Some(_)) => Err(ServiceError::invalid(
            "recipient",
            "invalid_value",
            format!("channels of type {kind} have no addresses; leave it out"),
        )),
        (_, None) => Ok(channel.map_or_else(|| kind.to_string(), |channel| channel.name.clone())),
    }
}

fn test_of(
    ids: &dyn IdSource,
    now: Timestamp,
    kind: NotificationChannel,
    channel: Option<&Channel>,
    recipient: String,
) -> Notification {
    let id = NotificationId::mint(ids);
    let subject = "Test notification from certctl".to_owned();
    let through = channel.map_or_else(|| format!("of type {kind}"), |channel| channel.id.to_string());
    Notification {
        alert_id: None,
        kind: NotificationType::Test,
        severity: AlertSeverity::Informational,
        resource_type: "notification_channel".to_owned(),
        resource_id: channel.map_or_else(|| kind.to_string(), |channel| channel.id.to_string()),
        certificate_id: None,
        channel: kind,
        channel_id: channel.map(|channel| channel.id.clone()),
        recipient,
        story: Story {
            subject,
            message: format!(
                "Somebody tries notification channel {through}. It works when you can read this; there is nothing to do."
            ),
            html: None,
            facts: Vec::new(),
        },
        incident: None,
        threshold_days: None,
        dedup_key: format!("test/{id}"),
        status: NotificationStatus::Pending,
        delivery: None,
        retry_count: 0,
        next_retry_at: None,
        not_before: now,
        last_error: None,
        created_at: now,
        sent_at: None,
        read_at: None,
        lease: None,
        claims: 0,
        id,
    }
}

#[async_trait]
impl NotificationService for Notifications {
    async fn list(
        &self,
        who: &Actor,
        query: NotificationQuery,
        page: ListRequest,
    ) -> Result<Listing<Notification>, ServiceError> {
        who.require(Permission::NotificationRead)?;
        let request = page_request("notifications", &page)?;
        let (filter, wanted) = (filter(query), request.clone());
        let found = self.base.store.read("notification.list", move |tx| {
            Ok::<_, Failure>(tx.notifications().list(&filter, &wanted)?)
        });
        Ok(listing("notifications", &request, found.await?))
    }

    async fn get(&self, who: &Actor, id: &NotificationId) -> Result<NotificationHistory, ServiceError> {
        who.require(Permission::NotificationRead)?;
        let id = id.clone();
        let found = self.base.store.read("notification.get", move |tx| {
            let notification = get(tx, &id)?;
            Ok::<_, Failure>(NotificationHistory {
                notification,
                attempts: tx.notifications().attempts(&id)?,
            })
        });
        Ok(found.await?)
    }

    async fn mark_read(&self, who: &Actor, id: &NotificationId) -> Result<(), ServiceError> {
        who.require(Permission::NotificationWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let marked = self.base.store.write("notification.mark_read", move |tx| {
            if get(tx, &id)?.read_at.is_some() {
                return Ok(());
            }
            tx.notifications().mark_read(&id, now)?;
            let subject = ("notification", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "notification_read", subject, &json!({})))?;
            Ok::<_, Failure>(())
        });
        Ok(marked.await?)
    }

    async fn requeue(&self, who: &Actor, id: &NotificationId) -> Result<(), ServiceError> {
        who.require(Permission::NotificationWrite)?;
        let (now, ids, who, id) =
            (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone(), id.clone());
        let requeued = self.base.store.write("notification.requeue", move |tx| {
            let row = get(tx, &id)?;
            row.status.check_requeue(row.delivery)?;
            let channel = channel_again(tx, row.channel, row.channel_id.as_ref())?;
            if !tx.notifications().requeue(&id, channel.as_ref(), now)? {
                let message = format!(
                    "notification {id} is being delivered at the moment; look at it again in a minute"
                );
                return Err(ServiceError::conflict(ConflictCode::InvalidState, message).into());
            }
            let details = json!({"before": facts_of(&row), "channel_id": channel});
            let subject = ("notification", id.as_str());
            tx.audit().append(&audit_event(&*ids, &who, now, "notification_requeued", subject, &details))?;
            Ok::<_, Failure>(())
        });
        requeued.await?;
        self.wakeups.wake_notifications();
        Ok(())
    }

    async fn requeue_matching(
        &self,
        who: &Actor,
        query: NotificationQuery,
    ) -> Result<Requeued, ServiceError> {
        who.require(Permission::NotificationWrite)?;
        check_requeue_query(&query)?;
        let requeued = requeue_all(&self.base, who, query).await;
        // What was requeued before a failure is requeued.
        self.wakeups.wake_notifications();
        requeued
    }

    async fn test(
        &self,
        who: &Actor,
        channel: ChannelRef,
        recipient: Option<String>,
    ) -> Result<Notification, ServiceError> {
        who.require(Permission::NotificationWrite)?;
        let (now, ids, who) = (self.base.clock.now(), Arc::clone(&self.base.ids), who.clone());
        let made = self.base.store.write("notification.test", move |tx| {
            let (kind, through) = match &channel {
                ChannelRef::Kind(kind) => (*kind, enabled_of(tx, *kind)?),
                ChannelRef::Channel(id) => {
                    let found = tx.channels().find(id)?.ok_or_else(|| {
                        let message = format!("notification channel {id} does not exist");
                        ServiceError::unprocessable("channel_id", "unknown_reference", message)
                    })?;
                    if !found.enabled {
                        let message = format!("notification channel {id} is switched off; enable it first");
                        return Err(ServiceError::conflict(ConflictCode::Disabled, message).into());
                    }
                    (found.kind, Some(found))
                }
            };
            let recipient = test_recipient(kind, through.as_ref(), recipient.as_deref())?;
            let row = test_of(&*ids, now, kind, through.as_ref(), recipient);
            tx.notifications().insert(&row)?;
            let (subject, details) =
                (("notification", row.id.as_str()), json!({"channel": kind, "channel_id": row.channel_id}));
            tx.audit().append(&audit_event(&*ids, &who, now, "notification_tested", subject, &details))?;
            Ok::<_, Failure>(row)
        });
        let row = made.await?;
        self.wakeups.wake_notifications();
        Ok(row)
    }
}
