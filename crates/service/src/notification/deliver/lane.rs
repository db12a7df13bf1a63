//! The lane of one channel.

use super::Delivery;
use super::attempt::Way;
use super::health::Tally;
use super::outcome::{Outcome, Verdict};
use crate::failure::Failure;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, Notification};
use certctl_repository::LaneClaim;
use certctl_service_api::ServiceError;
use futures_util::stream::{self, StreamExt};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// How long the health of a channel that works may be behind.
const HEALTH_DELAY: Duration = Duration::from_secs(1);

pub(super) struct Lane {
    delivery: Arc<Delivery>,
    channel: ChannelId,
    /// Failures in a row, those of earlier lanes included.
    streak: AtomicU32,
    /// Nothing more is tried until the channel has rested.
    tripped: AtomicBool,
}

/// A claimed notification and what is needed to try it.
struct Held {
    notification: Notification,
    way: Way,
    claimed: Instant,
}

impl Lane {
    pub(super) fn new(delivery: Arc<Delivery>, channel: &Channel) -> Self {
        let streak = AtomicU32::new(channel.health.consecutive_failures);
        Self { delivery, channel: channel.id.clone(), streak, tripped: AtomicBool::new(false) }
    }

    /// A lane of a channel that is gone.
    pub(super) const fn abandoned(delivery: Arc<Delivery>, channel: ChannelId) -> Self {
        Self { delivery, channel, streak: AtomicU32::new(0), tripped: AtomicBool::new(false) }
    }

    /// Delivers until nothing is due, the channel has to rest, or the process winds down.
    pub(super) async fn run(self) {
        let (done, outcomes) = mpsc::unbounded_channel();
        tokio::join!(self.send_all(done), self.record_all(outcomes));
        // What was claimed and not tried: nothing of it was begun, so nothing of it is spent.
        if let Err(error) = self.delivery.release_lane(&self.channel).await {
            tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error, "cannot give back claimed notifications; their leases end by themselves");
        }
    }

    async fn send_all(&self, done: mpsc::UnboundedSender<Outcome>) {
        // One notification finds out whether a failing channel works again.
        if self.streak.load(Ordering::Relaxed) >= self.delivery.options.breaker {
            for held in self.claim(1).await {
                self.try_once(held, &done).await;
            }
        }
        let claimed = stream::unfold(VecDeque::new(), |mut waiting: VecDeque<Held>| async {
            if self.halted() {
                return None;
            }
            if waiting.is_empty() {
                waiting = self.claim(self.delivery.options.batch()).await;
            }
            waiting.pop_front().map(|held| (held, waiting))
        });
        let hands = usize::try_from(self.delivery.options.concurrency).unwrap_or(usize::MAX).max(1);
        let done = &done;
        claimed.for_each_concurrent(hands, |held| self.try_once(held, done)).await;
    }

    fn halted(&self) -> bool {
        self.tripped.load(Ordering::Relaxed) || self.delivery.tasks.soft().is_cancelled()
    }

    async fn claim(&self, limit: u32) -> VecDeque<Held> {
        let claimed = Instant::now();
        match self.claim_rows(limit).await {
            Ok((rows, channel)) => {
                let way = self.delivery.way(channel.as_ref());
                let held = |notification| Held { notification, way: way.clone(), claimed };
                rows.into_iter().map(held).collect()
            }
            Err(error) => {
                tracing::warn!(channel.id = %self.channel, error = &error as &dyn std::error::Error, "cannot claim notifications of channel {}: {error}", self.channel);
                VecDeque::new()
            }
        }
    }

    /// The row of the channel is read with them, so that they go where it points now.
    async fn claim_rows(&self, limit: u32) -> Result<(Vec<Notification>, Option<Channel>), ServiceError> {
        let now = self.delivery.base.clock.now();
        let request = LaneClaim {
            channel: Some(self.channel.clone()),
            owner: self.delivery.lane_owner(&self.channel),
            at: now,
            until: now.plus(self.delivery.options.lease()),
            limit,
        };
        let claimed = self.delivery.base.store.claim("notification.claim", move |tx| {
            let rows = tx.notifications().claim(&request)?;
            let channel = match &request.channel {
                Some(channel) if !rows.is_empty() => tx.channels().find(channel)?,
                _ => None,
            };
            Ok::<_, Failure>((rows, channel))
        });
        Ok(claimed.await?)
    }

    async fn try_once(&self, held: Held, done: &mpsc::UnboundedSender<Outcome>) {
        let options = &self.delivery.options;
        // The lease must outlast the attempt, or somebody else may begin the same one.
        let left = options.lease().saturating_sub(held.claimed.elapsed());
        if self.halted() || left <= options.time_limit {
            return;
        }
        let outcome = tokio::select! {
            outcome = self.delivery.attempt(held.notification, &held.way) => outcome,
            () = self.delivery.tasks.hard().cancelled() => return,
        };
        match outcome.health {
            Verdict::Works => self.streak.store(0, Ordering::Relaxed),
            Verdict::Fails => {
                if self.streak.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= options.breaker {
                    self.tripped.store(true, Ordering::Relaxed);
                }
            }
            Verdict::Unknown => {}
        }
        // The recorder lives as long as this side.
        let _ = done.send(outcome);
    }

    /// Writes what ended meanwhile, all of it at once: how many that are is up to the database.
    async fn record_all(&self, mut outcomes: mpsc::UnboundedReceiver<Outcome>) {
        let most = usize::try_from(self.delivery.options.batch()).unwrap_or(usize::MAX);
        let mut tally = Tally::default();
        let mut written = Instant::now();
        loop {
            let mut batch = Vec::new();
            let ended = outcomes.recv_many(&mut batch, most).await == 0;
            for outcome in &batch {
                tally.add(outcome);
            }
            if !batch.is_empty() {
                self.delivery.record(batch).await;
            }
            let urgent = self.tripped.load(Ordering::Relaxed) || written.elapsed() >= HEALTH_DELAY;
            if (ended || urgent) && !tally.is_empty() {
                self.delivery.record_health(&self.channel, std::mem::take(&mut tally)).await;
                written = Instant::now();
            }
            if ended {
                return;
            }
        }
    }
}
