//! Live events: what changed, told to those who watch.

use crate::{Actor, ServiceError};
use async_trait::async_trait;
use certctl_domain::event::LiveEvent;

/// Which events somebody wants. Absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Kinds of objects, for example `certificate`.
    pub resources: Option<Vec<String>>,
}

/// Why events were left out, and all that is shown must be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetReason {
    /// The events after the given position are not kept any more, or there are too many.
    PositionLost,
    /// The reader was slower than the events.
    TooSlow,
}

impl ResetReason {
    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PositionLost => "position_lost",
            Self::TooSlow => "too_slow",
        }
    }
}

/// What a watcher is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something changed.
    Event(LiveEvent),
    /// Events were left out.
    Reset(ResetReason),
}

/// One watcher's events, in order. Dropping it ends the watch.
#[async_trait]
pub trait EventStream: Send {
    /// The next notice; nothing when the server stops. May be dropped and called again.
    async fn next(&mut self) -> Option<Notice>;
    /// Where to go on later: everything up to here was told. Never goes back.
    fn position(&self) -> i64;
}

/// Use cases of live events.
#[async_trait]
pub trait EventService: Send + Sync {
    /// Watches from now on, or from the position `after` of an earlier watch. `Throttled` when the
    /// caller watches too often already, `Unavailable` when all do together.
    async fn watch(
        &self,
        who: &Actor,
        after: Option<i64>,
        filter: EventFilter,
    ) -> Result<Box<dyn EventStream>, ServiceError>;
}
