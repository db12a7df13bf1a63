//! Storage of live events. The database writes them itself: one for every audit event and for every
//! job that is queued or changes its status, in the transaction of the change.

use crate::StoreError;
use certctl_domain::Timestamp;
use certctl_domain::event::LiveEvent;

/// Live events.
pub trait EventRepo {
    /// Events with a higher number than `id`, lowest first; at most `limit`. One with a lower number
    /// than the last may still become visible later, when its transaction ends.
    fn after(&mut self, id: i64, limit: u32) -> Result<Vec<LiveEvent>, StoreError>;
    /// Those of the numbered events that are visible, lowest first.
    fn numbered(&mut self, ids: &[i64]) -> Result<Vec<LiveEvent>, StoreError>;
    /// Lowest and highest number; absent when there never was an event.
    fn bounds(&mut self) -> Result<Option<(i64, i64)>, StoreError>;
    /// Removes at most `limit` events from before `before`, but never the newest one; returns how many.
    fn prune(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
