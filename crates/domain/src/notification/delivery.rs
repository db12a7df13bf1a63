//! The life of a notification.

use crate::retry::{Backoff, FailureClass};
use crate::{InvalidTransition, Timestamp};
use std::time::Duration;

string_enum! {
    /// Where a notification stands.
    pub enum NotificationStatus ("notification status") {
        /// Not tried yet.
        Pending = "pending",
        /// Done: taken by the channel, or promoted because there is none (see [`Delivery`]).
        Sent = "sent",
        /// The last attempt failed and another one is due.
        Failed = "failed",
        /// Given up; may be requeued.
        Dead = "dead",
        /// Overtaken by events before it was sent.
        Cancelled = "cancelled",
    }
}

string_enum! {
    /// How a notification came to be `sent`.
    pub enum Delivery ("delivery") {
        /// A channel took it.
        Delivered = "delivered",
        /// Nobody got it: its channel does not exist, is switched off or has no address.
        NoNotifier = "no_notifier",
    }
}

string_enum! {
    /// How one attempt ended.
    pub enum AttemptResult ("attempt result") {
        /// The channel took it.
        Delivered = "delivered",
        /// It failed and will be tried again.
        Failed = "failed",
        /// It failed for good.
        Dead = "dead",
        /// There was no channel.
        NoNotifier = "no_notifier",
    }
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Counts from 1 over the whole life, requeues included.
    pub number: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// How it ended.
    pub result: AttemptResult,
    /// What the channel said (HTTP status, SMTP reply, provider's id), or why it failed. No secrets.
    pub detail: String,
}

/// Pauses between attempts: 1, 2, 4 and 8 minutes, less up to a fifth; the fifth failure is the last.
pub const fn delivery_backoff() -> Backoff {
    Backoff {
        base: Duration::from_mins(1),
        factor: 2.0,
        cap: Duration::from_hours(1),
        jitter: 0.2,
        max_attempts: 5,
    }
}

impl NotificationStatus {
    /// Whether delivery may still try it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Failed)
    }

    /// What a failed attempt leads to: the status, and the pause before the next attempt.
    /// `failures` counts this one; `random` is uniform in 0..1.
    pub fn after_failure(failures: u32, class: FailureClass, random: f64) -> (Self, Option<Duration>) {
        match delivery_backoff().next(failures, class, random) {
            Some(pause) => (Self::Failed, Some(pause)),
            None => (Self::Dead, None),
        }
    }

    /// Whether somebody may ask for it again: a dead or failed one, or one that nobody got.
    pub fn check_requeue(self, delivery: Option<Delivery>) -> Result<(), InvalidTransition> {
        match (self, delivery) {
            (Self::Dead | Self::Failed, _) | (Self::Sent, Some(Delivery::NoNotifier)) => Ok(()),
            (from, _) => {
                Err(InvalidTransition { entity: "notification", from: from.as_str(), event: "a requeue" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_is_the_last_and_pauses_double_to_it() {
        let pauses: Vec<_> = (1..=5)
            .map(|failures| NotificationStatus::after_failure(failures, FailureClass::Transient, 0.0))
            .collect();
        let minutes = |n| (NotificationStatus::Failed, Some(Duration::from_mins(n)));
        assert_eq!(
            pauses,
            [minutes(1), minutes(2), minutes(4), minutes(8), (NotificationStatus::Dead, None)]
        );
    }

    #[test]
    fn a_permanent_failure_is_the_end_and_a_long_pause_is_capped() {
        let dead = (NotificationStatus::Dead, None);
        assert_eq!(NotificationStatus::after_failure(1, FailureClass::Permanent, 0.0), dead);
        let asked = FailureClass::Throttled(Some(Duration::from_hours(9)));
        let hour = (NotificationStatus::Failed, Some(Duration::from_hours(1)));
        assert_eq!(NotificationStatus::after_failure(1, asked, 0.5), hour);
        assert_eq!(NotificationStatus::after_failure(5, asked, 0.5), dead);
    }

    #[test]
    fn what_was_delivered_or_is_on_its_way_is_not_requeued() {
        for (status, delivery, allowed) in [
            (NotificationStatus::Dead, None, true),
            (NotificationStatus::Failed, None, true),
            (NotificationStatus::Sent, Some(Delivery::NoNotifier), true),
            (NotificationStatus::Sent, Some(Delivery::Delivered), false),
            (NotificationStatus::Pending, None, false),
            (NotificationStatus::Cancelled, None, false),
        ] {
            assert_eq!(status.check_requeue(delivery).is_ok(), allowed, "{status} {delivery:?}");
        }
    }
}
