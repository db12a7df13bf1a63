//! When to ask again.

use certctl_domain::id::IdSource;
use certctl_domain::retry::{Backoff, FailureClass};
use std::time::Duration;

/// Pauses between attempts to reach a server that is away.
const RECONNECT: Backoff = Backoff {
    base: Duration::from_secs(1),
    factor: 2.0,
    cap: Duration::from_mins(5),
    jitter: 0.5,
    max_attempts: u32::MAX,
};

/// Pause after a failure that only a person can mend, such as a refused credential.
const SLOW: Duration = Duration::from_mins(2);

/// Uniform in 0..1, from the random tail of a fresh id.
fn random(ids: &dyn IdSource) -> f64 {
    let tail = ids.next().as_u128() & u128::from(u32::MAX);
    u32::try_from(tail).map_or(0.5, |tail| f64::from(tail) / f64::from(u32::MAX))
}

/// `interval` give or take a tenth, so that agents that start together drift apart.
pub(crate) fn jittered(interval: Duration, ids: &dyn IdSource) -> Duration {
    interval.mul_f64(0.9 + 0.2 * random(ids))
}

/// Pause before the server is asked again after `failures` failed attempts in a row.
pub(crate) fn reconnect(failures: u32, class: FailureClass, ids: &dyn IdSource) -> Duration {
    RECONNECT.next(failures, class, random(ids)).unwrap_or_else(|| jittered(SLOW, ids))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[derive(Debug)]
    struct Tail(u128);
    impl IdSource for Tail {
        fn next(&self) -> Uuid {
            Uuid::from_u128(self.0)
        }
    }

    #[test]
    fn pauses_grow_obey_the_server_and_are_slow_when_only_a_person_can_help() {
        let calm = Tail(0);
        let seconds = |failures, class| reconnect(failures, class, &calm).as_secs();
        assert_eq!([1, 2, 3, 4].map(|n| seconds(n, FailureClass::Transient)), [1, 2, 4, 8]);
        assert_eq!(seconds(100, FailureClass::Transient), 300);
        assert_eq!(seconds(1, FailureClass::Throttled(Some(Duration::from_secs(42)))), 42);
        assert_eq!(seconds(1, FailureClass::Permanent), 108);
    }

    #[test]
    fn intervals_spread_by_a_tenth_both_ways() {
        let minute = Duration::from_mins(1);
        assert_eq!(jittered(minute, &Tail(0)).as_secs(), 54);
        assert_eq!(jittered(minute, &Tail(u128::MAX)).as_secs(), 66);
    }
}
