//! The one reader per process.

use super::gaps::Gaps;
use super::{Events, PAGE, Told};
use crate::failure::Failure;
use certctl_domain::event::LiveEvent;
use certctl_service_api::ServiceError;
use std::sync::Arc;
use tokio::time::{Instant, sleep};

/// Numbers before the first look that may still be in an open transaction.
const LOOK_BACK: i64 = 200;

impl Events {
    /// Reads events and tells them, while anybody watches. Runs until it is dropped.
    pub async fn follow(&self) {
        loop {
            self.0.joined.notified().await;
            while let Err(error) = self.follow_while_watched().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot read live events; trying again"
                );
                sleep(self.0.options.period).await;
                if self.rest() {
                    break;
                }
            }
        }
    }

    async fn follow_while_watched(&self) -> Result<(), ServiceError> {
        let mut gaps = self.begin().await?;
        loop {
            self.0.position.send_replace(Some(gaps.position()));
            if self.rest() {
                return Ok(());
            }
            tokio::select! {
                () = sleep(self.0.options.period) => {}
                () = self.0.changed.notified() => sleep(self.0.options.pause).await,
            }
            while self.look(&mut gaps).await? {}
        }
    }

    /// Rests when nobody watches. Whoever joins afterwards finds no position and waits for the next.
    fn rest(&self) -> bool {
        let _joining = self.0.joining.lock();
        let alone = self.0.sender.receiver_count() == 0;
        if alone {
            self.0.position.send_replace(None);
        }
        alone
    }

    /// Where the events are now, with the numbers that open transactions may still bring.
    async fn begin(&self) -> Result<Gaps, ServiceError> {
        let recent = self.0.base.store.read("event.begin", |tx| {
            let last = tx.events().bounds()?.map_or(0, |(_, last)| last);
            let from = (last - LOOK_BACK).max(0);
            let seen = tx.events().after(from, PAGE)?;
            Ok::<_, Failure>((from, seen))
        });
        let (from, seen) = recent.await?;
        let mut gaps = Gaps::new(from);
        let now = Instant::now();
        for event in seen {
            gaps.see(event.id, now);
        }
        Ok(gaps)
    }

    /// Tells what is new; true when there is more already.
    async fn look(&self, gaps: &mut Gaps) -> Result<bool, ServiceError> {
        let (last, missing) = (gaps.last(), gaps.missing());
        let found = self.0.base.store.read("event.look", move |tx| {
            let mut late = if missing.is_empty() { Vec::new() } else { tx.events().numbered(&missing)? };
            let fresh = tx.events().after(last, PAGE)?;
            let more = fresh.len() >= PAGE as usize;
            late.extend(fresh);
            Ok::<_, Failure>((late, more))
        });
        let (found, more) = found.await?;
        let now = Instant::now();
        gaps.give_up(now);
        for event in found {
            self.tell(event, gaps, now);
        }
        self.0.position.send_replace(Some(gaps.position()));
        Ok(more)
    }

    fn tell(&self, event: LiveEvent, gaps: &mut Gaps, now: Instant) {
        if gaps.see(event.id, now) {
            // Fails when the last watcher has just left.
            let _ = self.0.sender.send(Told { event: Arc::new(event), position: gaps.position() });
        }
    }
}
