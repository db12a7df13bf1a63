//! Writes what attempts led to.

use super::Delivery;
use super::outcome::Outcome;
use crate::failure::Failure;
use certctl_domain::notification::{AttemptResult, Notification};
use certctl_repository::{StoreError, Tx};
use certctl_service_api::ServiceError;
use std::sync::atomic::Ordering;

impl Delivery {
    /// Writes the outcomes whose claims still count. What cannot be written is tried again after the
    /// end of its lease, with the same key.
    pub(super) async fn record(&self, outcomes: Vec<Outcome>) {
        let rows = outcomes.clone();
        let recorded = self.base.store.write("notification.finish", move |tx| {
            let finish = |outcome: &Outcome| finish(tx, outcome);
            Ok::<_, Failure>(rows.iter().map(finish).collect::<Result<Vec<bool>, StoreError>>()?)
        });
        match recorded.await {
            Ok(counted) => {
                for (outcome, counts) in outcomes.iter().zip(counted) {
                    self.count(outcome, counts);
                }
            }
            Err(failure) => {
                let error = ServiceError::from(failure);
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    attempts = outcomes.len(),
                    "cannot record {} attempts at notifications; they are made again when their leases end",
                    outcomes.len()
                );
            }
        }
    }

    fn count(&self, outcome: &Outcome, recorded: bool) {
        let after = &outcome.after;
        if !recorded {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(notification.id = %after.id, "the outcome of an attempt at notification {} came too late: somebody else had claimed it", after.id);
            return;
        }
        let counter = match outcome.attempt.result {
            AttemptResult::Delivered => &self.counts.delivered,
            AttemptResult::Failed => &self.counts.failed,
            AttemptResult::Dead => &self.counts.dead,
            AttemptResult::NoNotifier => &self.counts.no_notifier,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.metrics.attempted(after.channel.as_str(), outcome.attempt.result.as_str());
        match outcome.attempt.result {
            AttemptResult::Delivered => {}
            AttemptResult::Failed => {
                tracing::debug!(notification.id = %after.id, error = after.last_error, "notification {} failed and is tried again", after.id);
            }
            AttemptResult::Dead => {
                tracing::warn!(notification.id = %after.id, error = after.last_error, "notification {} is given up after {} failed attempts", after.id, after.retry_count);
            }
            AttemptResult::NoNotifier => {
                self.metrics.had_no_notifier(after.channel.as_str());
                tracing::warn!(notification.id = %after.id, "notification {} reached nobody: {}", after.id, outcome.attempt.detail);
            }
        }
    }
}

/// Attempts are numbered when they are written: a claim whose holder died made none that counts.
fn finish(tx: &mut dyn Tx, outcome: &Outcome) -> Result<bool, StoreError> {
    let mut attempt = outcome.attempt.clone();
    attempt.number = number(tx, &outcome.after)?;
    tx.notifications().finish(&outcome.after, &attempt)
}

fn number(tx: &mut dyn Tx, of: &Notification) -> Result<i64, StoreError> {
    if of.claims <= 1 {
        return Ok(1);
    }
    Ok(tx.notifications().attempts(&of.id)?.last().map_or(1, |last| last.number.saturating_add(1)))
}
