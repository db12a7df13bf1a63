//! How a channel fares, and what people are told when that changes.

use super::Delivery;
use super::outcome::{Outcome, Verdict};
use crate::failure::Failure;
use crate::notification::{raise, stories};
use certctl_domain::Timestamp;
use certctl_domain::id::{ChannelId, IdSource};
use certctl_domain::notification::{Channel, ChannelHealth, NotificationType};
use certctl_repository::Tx;
use certctl_service_api::ServiceError;
use std::sync::Arc;
use std::time::Duration;

/// A success is written this often while there is nothing else to tell.
const QUIET: Duration = Duration::from_secs(10);

/// What attempts said about a channel since its health was written.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    last_success_at: Option<Timestamp>,
    last_failure: Option<(Timestamp, String)>,
    /// Failures since the last success.
    trailing: u32,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: &Outcome) {
        let at = outcome.ended_at;
        match outcome.health {
            Verdict::Works => {
                self.last_success_at = Some(at);
                self.trailing = 0;
            }
            Verdict::Fails => {
                self.last_failure = Some((at, outcome.attempt.detail.clone()));
                self.trailing = self.trailing.saturating_add(1);
            }
            Verdict::Unknown => {}
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.last_success_at.is_none() && self.last_failure.is_none()
    }

    /// The health of a channel after this.
    fn applied(&self, before: &ChannelHealth, breaker: u32) -> ChannelHealth {
        let mut after = before.clone();
        if let Some(at) = self.last_success_at {
            after.last_success_at = before.last_success_at.max(Some(at));
            after.consecutive_failures = 0;
        }
        after.consecutive_failures = after.consecutive_failures.saturating_add(self.trailing);
        if let Some((at, error)) = &self.last_failure {
            after.last_failure_at = before.last_failure_at.max(Some(*at));
            after.last_error = Some(error.clone());
        }
        after.failing_since = if after.consecutive_failures >= breaker.max(1) {
            before.failing_since.or(after.last_failure_at)
        } else if self.last_success_at.is_some() {
            None
        } else {
            before.failing_since
        };
        after
    }

    /// Whether it tells nothing that the row does not say already.
    fn is_old_news(&self, before: &ChannelHealth) -> bool {
        let recent = |at: Timestamp| before.last_success_at.is_some_and(|known| at < known.plus(QUIET));
        self.last_failure.is_none()
            && before.consecutive_failures == 0
            && before.failing_since.is_none()
            && self.last_success_at.is_some_and(recent)
    }
}

impl Delivery {
    /// Whether a channel is left alone at `at`. A change of its configuration ends its rest.
    pub(super) fn rests_until(&self, channel: &Channel, at: Timestamp) -> Option<Timestamp> {
        let failed_at = channel.health.last_failure_at.filter(|_| channel.health.failing_since.is_some())?;
        let until = failed_at.plus(self.options.rest);
        (channel.enabled && channel.updated_at <= failed_at && until > at).then_some(until)
    }

    /// Writes the health, with the alert that a turn for the worse or the better raises.
    pub(super) async fn record_health(&self, channel: &ChannelId, tally: Tally) {
        let (id, ids, breaker) = (channel.clone(), Arc::clone(&self.base.ids), self.options.breaker);
        let now = self.base.clock.now();
        let recorded =
            self.base.store.write("channel.health", move |tx| note(tx, &id, &tally, breaker, now, &*ids));
        match recorded.await {
            Ok(None) => {}
            Ok(Some(NotificationType::ChannelRecovered)) => {
                tracing::info!(channel.id = %channel, "notification channel {channel} works again");
            }
            Ok(Some(_)) => {
                tracing::warn!(channel.id = %channel, "notification channel {channel} keeps failing; it rests for {} s at a time", self.options.rest.as_secs());
            }
            Err(failure) => {
                let error = ServiceError::from(failure);
                tracing::warn!(channel.id = %channel, error = &error as &dyn std::error::Error, "cannot record how notification channel {channel} fares");
            }
        }
    }
}

/// Returns the kind of the alert that was raised.
fn note(
    tx: &mut dyn Tx,
    id: &ChannelId,
    tally: &Tally,
    breaker: u32,
    now: Timestamp,
    ids: &dyn IdSource,
) -> Result<Option<NotificationType>, Failure> {
    let Some(channel) = tx.channels().find(id)?.filter(|channel| !tally.is_old_news(&channel.health)) else {
        return Ok(None);
    };
    let after = tally.applied(&channel.health, breaker);
    tx.channels().record_health(id, &after)?;
    let before = channel.health.failing_since;
    let channel = Channel { health: after, ..channel };
    let turn = match (before, channel.health.failing_since) {
        (None, Some(_)) => stories::channel_failing(&channel),
        (Some(_), None) => stories::channel_recovered(&channel),
        _ => return Ok(None),
    };
    let kind = turn.kind;
    raise::alert(tx, ids, turn, now)?;
    Ok(Some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(n: u32) -> Tally {
        let failed = (Timestamp::from_unix_seconds(100), "refused".to_owned());
        Tally { last_success_at: None, last_failure: Some(failed), trailing: n }
    }

    #[test]
    fn a_channel_fails_from_the_fifth_failure_in_a_row_to_the_next_success() {
        let four = failures(4).applied(&ChannelHealth::default(), 5);
        assert_eq!((four.consecutive_failures, four.failing_since), (4, None));
        let five = failures(1).applied(&four, 5);
        let since = Some(Timestamp::from_unix_seconds(100));
        assert_eq!((five.consecutive_failures, five.failing_since), (5, since));
        let ninth = failures(4).applied(&five, 5);
        assert_eq!((ninth.consecutive_failures, ninth.failing_since), (9, since));
        let success = Tally { last_success_at: Some(Timestamp::from_unix_seconds(200)), ..Tally::default() };
        let well = success.applied(&ninth, 5);
        assert_eq!((well.consecutive_failures, well.failing_since), (0, None));
        assert_eq!(well.last_error.as_deref(), Some("refused"), "the last failure stays on record");
    }
}
