//! Rounds: which lanes run, and the loops that start them.

use super::Delivery;
use super::lane::Lane;
use super::outcome::{Span, nobody};
use crate::failure::Failure;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, Notification};
use certctl_repository::LaneClaim;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A round looks after its lanes for so long; those that need longer run on without it.
const ROUND: Duration = Duration::from_secs(20);
/// While lanes run, new work that nobody told of is looked for this often.
const RECHECK: Duration = Duration::from_secs(1);
/// Notifications without a channel are given one in batches of this size.
const BINDING: u32 = 200;

/// What a look at the store found.
struct Sight {
    due: Vec<Option<ChannelId>>,
    channels: Vec<Channel>,
    next: Option<Timestamp>,
}

impl Sight {
    fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == *id)
    }
}

impl Delivery {
    /// Starts the lanes that have work and looks after them. Does nothing while another round does.
    async fn round(self: &Arc<Self>, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let Ok(_alone) = self.round.try_lock() else { return report };
        let begun = Instant::now();
        while !stop.stopping() && begun.elapsed() < ROUND {
            if let Err(error) = self.start_lanes().await {
                report = report.failed(&error);
                break;
            }
            if self.is_idle() {
                break;
            }
            // A lane that ends says so, like everybody who makes a notification.
            let _ = tokio::time::timeout(RECHECK, self.wakeups.notifications_woken()).await;
        }
        for (name, count) in self.counts.drain() {
            if count > 0 {
                report.add(name, count);
            }
        }
        report
    }

    async fn look(&self, now: Timestamp) -> Result<Sight, ServiceError> {
        let seen = self.base.store.read("notification.look", move |tx| {
            let due = tx.notifications().due_lanes(now)?;
            let next = tx.notifications().next_due_after(now)?;
            let channels = if due.is_empty() { Vec::new() } else { tx.channels().all()? };
            Ok::<_, Failure>(Sight { due, channels, next })
        });
        Ok(seen.await?)
    }

    async fn start_lanes(self: &Arc<Self>) -> Result<(), ServiceError> {
        let now = self.base.clock.now();
        let mut seen = self.look(now).await?;
        if seen.due.contains(&None) {
            self.find_channels(&seen.channels).await?;
            seen = self.look(now).await?;
        }
        for id in seen.due.iter().flatten() {
            let lane = match seen.channel(id) {
                Some(channel) if self.rests_until(channel, now).is_some() => continue,
                Some(channel) => Lane::new(Arc::clone(self), channel),
                None => Lane::abandoned(Arc::clone(self), id.clone()),
            };
            if !self.running.lock().insert(id.clone()) {
                continue;
            }
            let (delivery, id) = (Arc::clone(self), id.clone());
            self.tasks.spawn("notification lane", async move {
                lane.run().await;
                delivery.running.lock().remove(&id);
                delivery.wakeups.wake_notifications();
            });
        }
        Ok(())
    }

    /// Gives notifications that were made before there was a channel of their kind one to go through;
    /// where there still is none, nobody hears of them.
    async fn find_channels(&self, channels: &[Channel]) -> Result<(), ServiceError> {
        let owner = format!("{}/-", self.options.owner);
        loop {
            let now = self.base.clock.now();
            let request = LaneClaim {
                channel: None,
                owner: owner.clone(),
                at: now,
                until: now.plus(self.options.lease()),
                limit: BINDING,
            };
            let claimed = self
                .base
                .store
                .claim("notification.claim", move |tx| Ok::<_, Failure>(tx.notifications().claim(&request)?));
            let claimed = claimed.await?;
            if claimed.is_empty() {
                return Ok(());
            }
            let of_kind = |row: &Notification| {
                channels.iter().find(|channel| channel.kind == row.channel && channel.enabled)
            };
            let (mut bound, mut alone) = (Vec::new(), Vec::new());
            for row in claimed {
                if let Some(channel) = of_kind(&row) {
                    bound.push((row, channel.id.clone()));
                    continue;
                }
                let span = Span { started_at: now, ended_at: now, took: Duration::ZERO };
                alone.push(nobody(row, span, "there is no channel of this type; make one and requeue this"));
            }
            if !alone.is_empty() {
                self.record(alone).await;
            }
            let binding = self.base.store.write("notification.bind", move |tx| {
                for (row, channel) in &bound {
                    tx.notifications().bind(row, channel, now)?;
                }
                Ok::<_, Failure>(())
            });
            binding.await?;
        }
    }

    async fn next_lane_due(&self) -> Result<Option<Timestamp>, ServiceError> {
        let now = self.base.clock.now();
        let seen = self.look(now).await?;
        let mut next = seen.next;
        for lane in &seen.due {
            let at = match lane {
                // It says so when it ends.
                Some(id) if self.running.lock().contains(id) => continue,
                Some(id) => {
                    seen.channel(id).and_then(|channel| self.rests_until(channel, now)).unwrap_or(now)
                }
                None => now,
            };
            next = Some(next.map_or(at, |next| next.min(at)));
        }
        Ok(next)
    }

    async fn oldest_due(&self) -> Result<Option<Timestamp>, ServiceError> {
        let now = self.base.clock.now();
        let first = self
            .base
            .store
            .read("notification.next_due", |tx| Ok::<_, Failure>(tx.notifications().next_due()?));
        Ok(first.await?.filter(|at| *at <= now))
    }
}

/// A loop that drives the engine. All loops of one engine share its rounds, which never overlap.
#[derive(Debug)]
pub struct DeliveryLoop {
    engine: Arc<Delivery>,
    name: &'static str,
    /// Whether it runs when something is due, and when somebody says so.
    prompt: bool,
}

impl DeliveryLoop {
    /// Delivers as soon as something is due.
    pub const fn deliver(engine: Arc<Delivery>) -> Self {
        Self { engine, name: "notification-delivery", prompt: true }
    }

    /// Looks at its period for what failed and is due again: the latest time at which that happens.
    pub const fn retry(engine: Arc<Delivery>) -> Self {
        Self { engine, name: "notification-retry", prompt: false }
    }
}

#[async_trait]
impl Reconciler for DeliveryLoop {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        self.engine.round(stop).await
    }

    async fn next_due(&self) -> Option<Timestamp> {
        if !self.prompt {
            return None;
        }
        self.engine.next_lane_due().await.ok().flatten()
    }

    async fn oldest_work(&self) -> Option<Timestamp> {
        self.engine.oldest_due().await.ok().flatten()
    }

    async fn poked(&self) {
        if !self.prompt {
            std::future::pending::<()>().await;
        }
        self.engine.wakeups.notifications_woken().await;
    }
}
