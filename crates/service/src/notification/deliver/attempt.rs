//! One attempt: a notification, its channel, and what came of it.

use super::Delivery;
use super::link::page_of;
use super::outcome::{Failed, Outcome, Span, delivered, failed, nobody};
use crate::retry::random;
use certctl_connector_api::notifier::{Message, Notifier, Receipt};
use certctl_domain::Timestamp;
use certctl_domain::notification::{Channel, Notification, NotificationChannel};
use certctl_service_api::ServiceError;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout;

/// The way to the people behind a channel.
#[derive(Debug, Clone)]
pub(super) enum Way {
    /// Through its notifier.
    Through(Arc<dyn Notifier>),
    /// There is none, for this reason.
    Nobody(&'static str),
    /// It cannot be used as it is configured.
    Broken(String),
}

impl Delivery {
    /// The way to the channel as its row stands.
    pub(super) fn way(&self, channel: Option<&Channel>) -> Way {
        let Some(channel) = channel else {
            return Way::Nobody(
                "the channel does not exist any more; requeue this once there is another one",
            );
        };
        if !channel.enabled {
            return Way::Nobody("the channel is switched off; switch it on and requeue this");
        }
        match self.channels.notifier(channel) {
            Ok(notifier) => Way::Through(notifier),
            Err(ServiceError::Unprocessable(_)) => {
                Way::Nobody("this server has no notifier for channels of this type")
            }
            Err(ServiceError::Upstream { message }) => Way::Broken(message),
            Err(error) => {
                tracing::error!(channel.id = %channel.id, error = &error as &dyn std::error::Error, "cannot open the configuration of notification channel {}", channel.id);
                Way::Broken(format!(
                    "the configuration of notification channel {} cannot be opened; enter its secrets again",
                    channel.id
                ))
            }
        }
    }

    /// Tries `held` once. Ends within the time limit, whatever the channel does.
    pub(super) async fn attempt(&self, held: Notification, way: &Way) -> Outcome {
        let (begun, started_at) = (Instant::now(), self.base.clock.now());
        let addressed = held.channel != NotificationChannel::Email || !held.recipient.trim().is_empty();
        let answer = match way {
            Way::Through(notifier) if addressed => self.send(&**notifier, &held).await,
            Way::Through(_) => {
                return nobody(held, self.span(started_at, begun), "there is no mail address to send it to");
            }
            Way::Nobody(why) => return nobody(held, self.span(started_at, begun), why),
            Way::Broken(why) => Err(Failed::transient(why.clone())),
        };
        let span = self.span(started_at, begun);
        self.metrics.took(held.channel.as_str(), span.took);
        match answer {
            Ok(receipt) => delivered(held, span, &receipt.detail),
            Err(failure) => failed(held, span, failure, random(&*self.base.ids)),
        }
    }

    async fn send(&self, notifier: &dyn Notifier, held: &Notification) -> Result<Receipt, Failed> {
        let message = message(held, self.options.console.as_deref());
        // A connector that panics must not take the other notifications of its lane with it.
        let sending = AssertUnwindSafe(notifier.deliver(&message)).catch_unwind();
        match timeout(self.options.time_limit, sending).await {
            Ok(Ok(Ok(receipt))) => Ok(receipt),
            Ok(Ok(Err(error))) => Err(Failed::of(&error, held.channel)),
            Ok(Err(_panic)) => {
                tracing::error!(notification.id = %held.id, "the {} notifier panicked", held.channel);
                Err(Failed::transient(format!("the {} notifier of this server has a defect", held.channel)))
            }
            Err(_elapsed) => Err(Failed::transient(format!(
                "the channel did not answer within {} s",
                self.options.time_limit.as_secs()
            ))),
        }
    }

    fn span(&self, started_at: Timestamp, begun: Instant) -> Span {
        Span { started_at, ended_at: self.base.clock.now(), took: begun.elapsed() }
    }
}

fn message(of: &Notification, console: Option<&str>) -> Message {
    Message {
        id: of.id.to_string(),
        dedup_key: of.dedup_key.clone(),
        kind: of.kind,
        severity: of.severity,
        recipient: of.recipient.clone(),
        story: of.story.clone(),
        incident: of.incident.clone(),
        resource_type: of.resource_type.clone(),
        resource_id: of.resource_id.clone(),
        link: console.map(|console| page_of(console, &of.resource_type, &of.resource_id)),
        occurred_at: of.created_at,
    }
}
