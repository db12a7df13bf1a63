//! Time and ids of the story.

use certctl_domain::id::IdSource;
use certctl_domain::{Clock, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// A clock that stands where the story is.
#[derive(Debug, Clone)]
pub struct DemoClock(Arc<Mutex<Timestamp>>);

impl DemoClock {
    /// Standing at `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    pub(crate) fn set(&self, at: Timestamp) {
        *self.0.lock() = at;
    }

    pub(crate) fn advance(&self, span: Duration) {
        let mut now = self.0.lock();
        *now = now.plus(span);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

/// Ids in the order of their making, the same in every run; in the form of UUID version 7, with
/// the time of the story.
#[derive(Debug)]
pub struct DemoIds {
    clock: DemoClock,
    made: AtomicU64,
}

impl DemoIds {
    /// On the clock of the story.
    pub const fn new(clock: DemoClock) -> Self {
        Self { clock, made: AtomicU64::new(0) }
    }
}

impl IdSource for DemoIds {
    fn next(&self) -> Uuid {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let milliseconds = u64::try_from(self.clock.now().unix_micros() / 1000).unwrap_or_default();
        let mut random = [0; 10];
        for (place, byte) in random.iter_mut().rev().zip(number.to_le_bytes()) {
            *place = byte;
        }
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_every_run_and_never_twice() {
        let ids = || {
            let ids = DemoIds::new(DemoClock::new(Timestamp::from_unix_seconds(1_700_000_000)));
            (0..300).map(|_| ids.next()).collect::<Vec<_>>()
        };
        let (first, second) = (ids(), ids());
        assert_eq!(first, second);
        let different: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(different.len(), 300);
        assert!(first.is_sorted());
    }
}
