//! A clock that only moves when a test says so.

use certctl_domain::{Clock, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// A clock that a test sets. Clones share their time, which never goes back.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<Mutex<Timestamp>>);

impl FakeClock {
    /// A clock that stands at `now`, in RFC 3339.
    pub fn at(now: &str) -> Self {
        Self::new(Timestamp::parse_rfc3339(now).unwrap())
    }

    /// A clock that stands at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Moves on by `span` and returns the new time.
    pub fn advance(&self, span: Duration) -> Timestamp {
        let mut now = self.0.lock();
        *now = now.plus(span);
        *now
    }

    /// Moves to `to`, unless the clock stands later already.
    pub fn set(&self, to: Timestamp) {
        let mut now = self.0.lock();
        *now = to.max(*now);
    }
}

impl Default for FakeClock {
    /// 2026-01-01T00:00:00Z, as in [`crate::build::at`].
    fn default() -> Self {
        Self::new(crate::build::at(0))
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}
