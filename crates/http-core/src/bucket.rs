//! Token buckets, one instant each: the time at which a bucket will be full again (the generic cell
//! rate algorithm). A full bucket is the same as none, so forgetting idle ones loses nothing.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// How often: `per_second` in the long run, `burst` at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Calls per second; at least 1.
    pub per_second: u32,
    /// Calls at once; at least 1.
    pub burst: u32,
}

/// The state of a bucket after a call, for the `RateLimit` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// Size of the bucket.
    pub(crate) limit: u32,
    /// Calls that are left now.
    pub(crate) remaining: u32,
    /// Time until the bucket is full again.
    pub(crate) reset: Duration,
    /// Time until the next call is allowed; zero when this one was.
    pub(crate) retry_after: Duration,
}

impl Quota {
    pub(crate) const fn is_allowed(&self) -> bool {
        self.retry_after.is_zero()
    }
}

/// Buckets of one kind. Times are microseconds of any steady clock.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    burst: u32,
    /// Microseconds that one call costs.
    cost: i64,
    most: usize,
    state: Mutex<State<K>>,
}

#[derive(Debug)]
struct State<K> {
    full_at: HashMap<K, i64>,
    /// What keys share that came when there was no room for more.
    shared: i64,
    /// Size at which idle buckets are dropped next.
    sweep_at: usize,
}

/// Below this many buckets nothing is dropped.
const FIRST_SWEEP: usize = 1_024;

impl<K: Hash + Eq> Buckets<K> {
    /// At most `most` buckets; those who come when all are in use share one more.
    pub(crate) fn new(rate: Rate, most: usize) -> Self {
        Self {
            burst: rate.burst.max(1),
            cost: 1_000_000 / i64::from(rate.per_second.max(1)),
            most,
            state: Mutex::new(State { full_at: HashMap::new(), shared: 0, sweep_at: FIRST_SWEEP.min(most) }),
        }
    }

    /// `calls` at once, and as many again evenly over each `window`.
    pub(crate) fn spread(calls: u32, window: Duration, most: usize) -> Self {
        let calls = calls.max(1);
        let window = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
        let cost = (window / i64::from(calls)).max(1);
        Self { burst: calls, cost, ..Self::new(Rate { per_second: 1, burst: 1 }, most) }
    }

    /// Takes one call out of the bucket of `key`, if there is one left.
    pub(crate) fn take(&self, key: K, now: i64) -> Quota {
        let mut state = self.state.lock();
        let state = &mut *state;
        if !state.full_at.contains_key(&key) && state.full_at.len() >= state.sweep_at {
            state.full_at.retain(|_, full_at| *full_at > now);
            state.sweep_at = (state.full_at.len() * 2).clamp(FIRST_SWEEP.min(self.most), self.most.max(1));
        }
        let bucket = if state.full_at.len() >= self.most && !state.full_at.contains_key(&key) {
            &mut state.shared
        } else {
            state.full_at.entry(key).or_insert(now)
        };
        self.charge(bucket, now)
    }

    /// The bucket of `key` without taking anything.
    pub(crate) fn look(&self, key: &K, now: i64) -> Quota {
        let full_at = self.state.lock().full_at.get(key).copied().unwrap_or(now);
        self.quota(self.bounded(full_at, now), now, 0)
    }

    fn charge(&self, full_at: &mut i64, now: i64) -> Quota {
        let before = self.bounded(*full_at, now);
        let quota = self.quota(before, now, self.cost);
        *full_at = if quota.is_allowed() { before + self.cost } else { before };
        quota
    }

    /// A clock that was set back must not lock anybody out for longer than a whole bucket.
    fn bounded(&self, full_at: i64, now: i64) -> i64 {
        full_at.clamp(now, now + self.cost * i64::from(self.burst))
    }

    fn quota(&self, before: i64, now: i64, taken: i64) -> Quota {
        let whole = self.cost * i64::from(self.burst);
        let too_early = before + self.cost - whole - now;
        let after = if too_early > 0 { before } else { before + taken };
        Quota {
            limit: self.burst,
            remaining: u32::try_from((now + whole - after) / self.cost).unwrap_or(0),
            reset: micros(after - now),
            retry_after: micros(too_early),
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.state.lock().full_at.len()
    }
}

fn micros(span: i64) -> Duration {
    Duration::from_micros(u64::try_from(span).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn buckets(per_second: u32, burst: u32, most: usize) -> Buckets<u32> {
        Buckets::new(Rate { per_second, burst }, most)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let buckets = buckets(2, 3, 10);
        let left: Vec<_> = (0..3).map(|_| buckets.take(1, 0).remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = buckets.take(1, 0);
        assert_eq!((refused.is_allowed(), refused.retry_after), (false, Duration::from_millis(500)));
        assert_eq!((refused.limit, refused.remaining, refused.reset), (3, 0, Duration::from_millis(1_500)));
        assert!(buckets.take(2, 0).is_allowed(), "another key has a bucket of its own");
        assert!(buckets.take(1, SECOND / 2).is_allowed());
        assert!(!buckets.take(1, SECOND / 2).is_allowed());
        assert_eq!(buckets.take(1, 60 * SECOND).remaining, 2, "it is full again, and never more than full");
    }

    #[test]
    fn calls_are_spread_over_a_window() {
        let buckets: Buckets<u32> = Buckets::spread(3, Duration::from_secs(30), 10);
        for _ in 0..3 {
            assert!(buckets.take(1, 0).is_allowed());
        }
        let refused = buckets.take(1, 0);
        assert_eq!((refused.is_allowed(), refused.retry_after), (false, Duration::from_secs(10)));
        assert!(buckets.take(1, 10 * SECOND).is_allowed() && !buckets.take(1, 10 * SECOND).is_allowed());
    }

    #[test]
    fn looking_takes_nothing() {
        let buckets = buckets(1, 1, 10);
        assert!(buckets.look(&1, 0).is_allowed() && buckets.look(&1, 0).is_allowed());
        assert!(buckets.take(1, 0).is_allowed());
        assert!(!buckets.look(&1, 0).is_allowed());
    }

    #[test]
    fn idle_buckets_are_forgotten_and_the_rest_share_one_when_there_are_too_many() {
        let crowd = buckets(1, 1, 5_000);
        for key in 0..100_000 {
            crowd.take(key, i64::from(key) * SECOND);
        }
        assert!(crowd.len() <= FIRST_SWEEP, "{}", crowd.len());

        let full = buckets(1, 2, 3);
        for key in 0..3 {
            assert!(full.take(key, 0).is_allowed());
        }
        assert!(full.take(7, 0).is_allowed() && full.take(8, 0).is_allowed());
        assert!(!full.take(9, 0).is_allowed(), "strangers share the last bucket");
        assert!(full.take(0, 0).is_allowed(), "who has a bucket keeps it");
        assert_eq!(full.len(), 3);
        assert!(full.take(9, 5 * SECOND).is_allowed());
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out_for_long() {
        let buckets = buckets(1, 2, 10);
        buckets.take(1, 1_000 * SECOND);
        let refused = buckets.take(1, 0);
        assert!(refused.retry_after <= Duration::from_secs(2), "{refused:?}");
        assert!(buckets.take(1, 2 * SECOND).is_allowed());
    }
}
