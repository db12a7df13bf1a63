//! Sending many notifications again, in short transactions.

use super::notifications::filter;
use super::reference::channel_again;
use crate::failure::Failure;
use crate::support::{Foundation, audit_event};
use certctl_domain::notification::{Delivery, Notification, NotificationStatus};
use certctl_repository::{Cursor, PageRequest};
use certctl_service_api::notification::{NotificationQuery, Requeued};
use certctl_service_api::{Actor, ServiceError};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// Notifications per transaction.
const BATCH: u32 = 250;
/// Notifications that one call looks at: it must end before a client loses patience.
const MOST: u64 = 10_000;

/// What the audit trail keeps of a notification before it is sent again. No recipients.
pub(super) fn facts_of(row: &Notification) -> Value {
    json!({"status": row.status, "delivery": row.delivery, "retry_count": row.retry_count})
}

/// Refuses what would requeue nothing, or not what the caller means.
pub(super) fn check_requeue_query(query: &NotificationQuery) -> Result<(), ServiceError> {
    use NotificationStatus as S;
    match (query.status, query.delivery) {
        (Some(S::Dead | S::Failed), None) | (None, Some(Delivery::NoNotifier)) => Ok(()),
        (None, None) => Err(ServiceError::invalid(
            "status",
            "required",
            "name what to requeue: status `dead` or `failed`, or delivery `no_notifier`",
        )),
        (Some(_), Some(_)) => Err(ServiceError::invalid(
            "delivery",
            "invalid_value",
            "give either a status or a delivery; none that is dead or failed was delivered",
        )),
        (Some(_), None) => Err(ServiceError::invalid(
            "status",
            "invalid_value",
            "must be `dead` or `failed`; others are on their way, delivered, or of no use any more",
        )),
        (None, Some(Delivery::Delivered)) => Err(ServiceError::invalid(
            "delivery",
            "invalid_value",
            "must be `no_notifier`; what was delivered is not sent again",
        )),
    }
}

struct Batch {
    requeued: u64,
    looked_at: u64,
    next: Option<Cursor>,
}

/// Requeues what matches, newest first; what is made meanwhile is not looked at.
pub(super) async fn requeue_all(
    base: &Foundation,
    who: &Actor,
    query: NotificationQuery,
) -> Result<Requeued, ServiceError> {
    let (mut count, mut looked_at, mut after) = (0, 0, None);
    loop {
        let batch = requeue_batch(base, who, query.clone(), after).await?;
        count += batch.requeued;
        looked_at += batch.looked_at;
        after = batch.next;
        if after.is_none() || looked_at >= MOST {
            return Ok(Requeued { count, more: after.is_some() });
        }
    }
}

async fn requeue_batch(
    base: &Foundation,
    who: &Actor,
    query: NotificationQuery,
    after: Option<Cursor>,
) -> Result<Batch, ServiceError> {
    let (now, ids, who) = (base.clock.now(), Arc::clone(&base.ids), who.clone());
    let page = PageRequest { page: 1, per_page: BATCH, after };
    let (status, delivery, filter) = (query.status, query.delivery, filter(query));
    let done = base.store.write("notification.requeue_batch", move |tx| {
        let found = tx.notifications().list(&filter, &page)?;
        let (mut requeued, mut channels) = (0, HashMap::new());
        for row in &found.items {
            // Many share few channels.
            let channel = match channels.entry((row.channel, row.channel_id.clone())) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(channel_again(tx, row.channel, row.channel_id.as_ref())?),
            };
            // One that is being delivered at the moment stays as it is.
            requeued += u64::from(tx.notifications().requeue(&row.id, channel.as_ref(), now)?);
        }
        if requeued > 0 {
            let details = json!({"status": status, "delivery": delivery, "count": requeued});
            let subject = ("notification", "many");
            tx.audit().append(&audit_event(&*ids, &who, now, "notifications_requeued", subject, &details))?;
        }
        Ok::<_, Failure>(Batch { requeued, looked_at: found.items.len() as u64, next: found.next })
    });
    Ok(done.await?)
}
