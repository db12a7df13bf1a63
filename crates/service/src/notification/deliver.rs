//! Delivery: hands due notifications to their channels.
//!
//! Each channel has a lane of its own, a task that claims, sends and records until nothing of its
//! channel is due. A round starts the lanes that have work and looks after them for a while; lanes
//! outlive rounds, so a channel that hangs keeps neither other channels nor the next round waiting.
//! What is true is in the rows: claims are leases, the rest of a failing channel is its recorded
//! health, so replicas and restarts change nothing.

mod attempt;
mod health;
mod lane;
mod link;
mod outcome;
mod record;
mod rounds;

pub use rounds::DeliveryLoop;

use crate::failure::Failure;
use crate::notification::LiveChannels;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use certctl_domain::id::ChannelId;
use certctl_lifecycle::Tasks;
use certctl_service_api::ServiceError;
use certctl_telemetry::DeliveryMetrics;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Options of delivery.
#[derive(Debug, Clone)]
pub struct DeliveryOptions {
    /// Name of this process in leases; no other process may use it.
    pub owner: String,
    /// Longest attempt, connecting included.
    pub time_limit: Duration,
    /// Attempts at once per channel, at least 1.
    pub concurrency: u32,
    /// Failures in a row after which a channel counts as failing and rests, at least 1.
    pub breaker: u32,
    /// How long a failing channel rests before one notification is tried on it.
    pub rest: Duration,
    /// Address at which people open certctl, without a slash at its end, for links in messages.
    pub console: Option<String>,
}

impl DeliveryOptions {
    /// Eight attempts at once of at most 30 seconds; five failures in a row make a channel rest. Without links.
    pub const fn new(owner: String, rest: Duration) -> Self {
        Self { owner, time_limit: Duration::from_secs(30), concurrency: 8, breaker: 5, rest, console: None }
    }

    /// Notifications per claim: enough that all hands have work while the next ones are claimed.
    const fn batch(&self) -> u32 {
        self.concurrency.saturating_mul(4)
    }

    /// Length of a claim: all attempts of a batch one after the other on all hands, and one more.
    const fn lease(&self) -> Duration {
        self.time_limit.saturating_mul(6)
    }
}

/// The delivery engine of this process.
#[derive(Debug)]
pub struct Delivery {
    base: Foundation,
    channels: Arc<LiveChannels>,
    wakeups: Arc<Wakeups>,
    tasks: Tasks,
    metrics: DeliveryMetrics,
    options: DeliveryOptions,
    /// Channels whose lane runs.
    running: Mutex<BTreeSet<ChannelId>>,
    /// Held by the round that is under way.
    round: tokio::sync::Mutex<()>,
    counts: Counts,
}

/// What lanes did since the last report.
#[derive(Debug, Default)]
struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
    dead: AtomicU64,
    no_notifier: AtomicU64,
    lost: AtomicU64,
}

impl Counts {
    fn drain(&self) -> [(&'static str, u64); 5] {
        [
            ("delivered", &self.delivered),
            ("failed", &self.failed),
            ("dead", &self.dead),
            ("no_notifier", &self.no_notifier),
            ("lost", &self.lost),
        ]
        .map(|(name, count)| (name, count.swap(0, Ordering::Relaxed)))
    }
}

impl Delivery {
    /// An engine whose lanes are `tasks`. It is driven by [`DeliveryLoop`]s.
    pub fn new(
        base: Foundation,
        channels: Arc<LiveChannels>,
        wakeups: Arc<Wakeups>,
        tasks: Tasks,
        metrics: DeliveryMetrics,
        options: DeliveryOptions,
    ) -> Arc<Self> {
        let (running, round, counts) = (Mutex::default(), tokio::sync::Mutex::default(), Counts::default());
        Arc::new(Self { base, channels, wakeups, tasks, metrics, options, running, round, counts })
    }

    /// Whether no lane runs.
    pub fn is_idle(&self) -> bool {
        self.running.lock().is_empty()
    }

    /// Gives back what lanes hold that were stopped in the middle; for the end of a shutdown.
    pub async fn release(&self) -> Result<u64, ServiceError> {
        let lanes: Vec<_> = self.running.lock().iter().cloned().collect();
        let mut released = 0;
        for lane in lanes {
            released += self.release_lane(&lane).await?;
        }
        Ok(released)
    }

    async fn release_lane(&self, lane: &ChannelId) -> Result<u64, ServiceError> {
        let (owner, now) = (self.lane_owner(lane), self.base.clock.now());
        let released = self.base.store.write("notification.release", move |tx| {
            Ok::<_, Failure>(tx.notifications().release(Some(&owner), now)?)
        });
        Ok(released.await?)
    }

    /// Leases are held by lanes, so that one can give back its own.
    fn lane_owner(&self, lane: &ChannelId) -> String {
        format!("{}/{lane}", self.options.owner)
    }
}
