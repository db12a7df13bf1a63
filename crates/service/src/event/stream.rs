//! One watcher's events: first what it missed, then what happens.

use super::{Place, Told};
use async_trait::async_trait;
use certctl_domain::event::LiveEvent;
use certctl_service_api::event::{EventFilter, EventStream, Notice, ResetReason};
use std::collections::{HashSet, VecDeque};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// What a watcher is told before anything new.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    reset: Option<ResetReason>,
    missed: VecDeque<LiveEvent>,
    /// Where the watcher stands.
    position: i64,
    /// Where the tail stood when the watcher joined: above it, numbers may be missing.
    settled: i64,
}

impl Backlog {
    /// Nothing: the watcher begins at `settled`.
    pub(super) fn none(settled: i64) -> Self {
        Self { position: settled, settled, ..Self::default() }
    }

    /// The events after `after`.
    pub(super) fn of(missed: Vec<LiveEvent>, after: i64, settled: i64) -> Self {
        Self { missed: missed.into(), position: after, settled, reset: None }
    }

    /// Nothing, and the watcher must read all anew.
    pub(super) fn lost(reason: ResetReason, settled: i64) -> Self {
        Self { reset: Some(reason), ..Self::none(settled) }
    }
}

/// See [`EventStream`].
pub(super) struct Stream {
    _place: Place,
    live: broadcast::Receiver<Told>,
    backlog: Backlog,
    /// Numbers of the backlog: the tail may tell them once more.
    known: HashSet<i64>,
    filter: EventFilter,
}

impl Stream {
    pub(super) fn new(
        place: Place,
        live: broadcast::Receiver<Told>,
        backlog: Backlog,
        filter: EventFilter,
    ) -> Self {
        let known = backlog.missed.iter().map(|event| event.id).collect();
        Self { _place: place, live, backlog, known, filter }
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        let Some(resources) = &self.filter.resources else { return true };
        resources.contains(&event.resource_type)
    }

    fn advance(&mut self, position: i64) {
        self.backlog.position = self.backlog.position.max(position);
    }
}

#[async_trait]
impl EventStream for Stream {
    async fn next(&mut self) -> Option<Notice> {
        if let Some(reason) = self.backlog.reset.take() {
            return Some(Notice::Reset(reason));
        }
        while let Some(event) = self.backlog.missed.pop_front() {
            self.advance(event.id.min(self.backlog.settled));
            if self.wants(&event) {
                return Some(Notice::Event(event));
            }
        }
        loop {
            match self.live.recv().await {
                Ok(Told { event, position }) => {
                    self.advance(position);
                    if !self.known.remove(&event.id) && self.wants(&event) {
                        return Some(Notice::Event((*event).clone()));
                    }
                }
                Err(RecvError::Lagged(_missed)) => return Some(Notice::Reset(ResetReason::TooSlow)),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn position(&self) -> i64 {
        self.backlog.position
    }
}
