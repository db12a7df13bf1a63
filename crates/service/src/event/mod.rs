//! Live events: one tail per process reads them from the database and tells every watcher.
//!
//! Numbers are given when a row is inserted and become visible when its transaction ends, so a lower
//! one can appear after a higher one. The tail therefore remembers the numbers it has skipped and
//! asks for them until they are too old to appear; a watcher's position never passes one of them.

mod gaps;
mod stream;
mod tail;

use crate::failure::Failure;
use crate::support::Foundation;
use async_trait::async_trait;
use certctl_domain::access::Permission;
use certctl_domain::event::LiveEvent;
use certctl_service_api::event::{EventFilter, EventService, EventStream, ResetReason};
use certctl_service_api::{Actor, ServiceError};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use stream::{Backlog, Stream};
use tokio::sync::{Notify, broadcast, watch};

/// Events that are read again for somebody who was away; with more it is better to start anew.
const MOST_BACKLOG: usize = 5_000;
/// Rows per read.
const PAGE: u32 = 1_000;
/// How long a watcher waits for the tail to begin.
const PATIENCE: Duration = Duration::from_secs(10);

/// Limits and times of live events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventOptions {
    /// How often the tail looks for events of other replicas.
    pub period: Duration,
    /// Pause between two looks at least, so that a busy server is not asked at every change.
    pub pause: Duration,
    /// Events that a slow watcher may be behind.
    pub buffer: usize,
    /// Watches at once per person or machine.
    pub per_principal: usize,
    /// Watches at once.
    pub total: usize,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self {
            period: Duration::from_secs(1),
            pause: Duration::from_millis(50),
            buffer: 1_024,
            per_principal: 16,
            total: 1_000,
        }
    }
}

/// The live events of one process. Clones share their tail.
#[derive(Clone)]
pub struct Events(Arc<Inner>);

struct Inner {
    base: Foundation,
    options: EventOptions,
    sender: broadcast::Sender<Told>,
    /// Everything up to here was told; absent while nobody watches and the tail rests.
    position: watch::Sender<Option<i64>>,
    /// Held to join the watchers, and by the tail to find that there are none.
    joining: Mutex<()>,
    joined: Notify,
    changed: Arc<Notify>,
    watchers: Mutex<HashMap<String, usize>>,
}

/// An event with the position after it.
#[derive(Debug, Clone)]
struct Told {
    event: Arc<LiveEvent>,
    position: i64,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl Events {
    /// The events of a database. [`Self::follow`] must run for watchers to be told anything.
    /// `changed` is notified when this process has committed a change: a hint, so that its watchers
    /// need not wait for the period.
    pub fn new(base: Foundation, options: EventOptions, changed: Arc<Notify>) -> Self {
        Self(Arc::new(Inner {
            base,
            options,
            sender: broadcast::Sender::new(options.buffer.max(1)),
            position: watch::Sender::new(None),
            joining: Mutex::default(),
            joined: Notify::new(),
            changed,
            watchers: Mutex::default(),
        }))
    }

    /// What a watcher missed after `after`, if it is all still there.
    async fn missed(&self, after: i64) -> Result<Result<Vec<LiveEvent>, ResetReason>, ServiceError> {
        let mut missed: Vec<LiveEvent> = Vec::new();
        loop {
            let last = missed.last().map_or(after, |event| event.id);
            let found = self.0.base.store.read("event.missed", move |tx| {
                let bounds = tx.events().bounds()?;
                let kept = bounds.map_or(after == 0, |(first, last)| after >= first - 1 && after <= last);
                Ok::<_, Failure>(if kept { Some(tx.events().after(last, PAGE)?) } else { None })
            });
            let Some(found) = found.await? else { return Ok(Err(ResetReason::PositionLost)) };
            let more = found.len() >= PAGE as usize;
            missed.extend(found);
            if missed.len() > MOST_BACKLOG {
                return Ok(Err(ResetReason::PositionLost));
            }
            if !more {
                return Ok(Ok(missed));
            }
        }
    }

    fn enter(&self, who: &Actor) -> Result<Place, ServiceError> {
        let mut watchers = self.0.watchers.lock();
        if watchers.values().sum::<usize>() >= self.0.options.total {
            return Err(ServiceError::Unavailable("too many watch live events at once".into()));
        }
        let own = watchers.entry(who.principal().to_owned()).or_default();
        if *own >= self.0.options.per_principal {
            return Err(ServiceError::Throttled { retry_after: Duration::from_secs(15) });
        }
        *own += 1;
        Ok(Place { events: self.clone(), principal: who.principal().to_owned() })
    }
}

/// One watcher's place among all; given back when dropped.
struct Place {
    events: Events,
    principal: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut watchers = self.events.0.watchers.lock();
        if let Some(own) = watchers.get_mut(&self.principal) {
            *own -= 1;
            if *own == 0 {
                watchers.remove(&self.principal);
            }
        }
    }
}

#[async_trait]
impl EventService for Events {
    async fn watch(
        &self,
        who: &Actor,
        after: Option<i64>,
        filter: EventFilter,
    ) -> Result<Box<dyn EventStream>, ServiceError> {
        who.require(Permission::InventoryRead)?;
        let place = self.enter(who)?;
        let (live, mut position) = {
            let _joining = self.0.joining.lock();
            (self.0.sender.subscribe(), self.0.position.subscribe())
        };
        self.0.joined.notify_one();
        // From here on everything new is told, so what is read now leaves no gap before it.
        let begun = tokio::time::timeout(PATIENCE, position.wait_for(Option::is_some)).await;
        let begun = begun.ok().and_then(Result::ok).and_then(|position| *position);
        let Some(begun) = begun else {
            return Err(ServiceError::Unavailable("live events are not being followed".into()));
        };
        let backlog = match after {
            None => Backlog::none(begun),
            Some(after) => match self.missed(after).await? {
                Ok(missed) => Backlog::of(missed, after, begun),
                Err(reason) => Backlog::lost(reason, begun),
            },
        };
        Ok(Box::new(Stream::new(place, live, backlog, filter)))
    }
}
