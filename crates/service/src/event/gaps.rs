//! Which numbers were told, and which may still come.

use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// How long a number may stay away before its transaction must have been undone. Longer than any
/// statement or idle transaction lives.
const PATIENCE: Duration = Duration::from_mins(2);
/// Numbers that are waited for at most; the oldest are given up first.
const MOST: usize = 1_000;

/// The numbers between the first and the last that have not been seen.
#[derive(Debug)]
pub(super) struct Gaps {
    last: i64,
    missing: BTreeMap<i64, Instant>,
}

impl Gaps {
    /// Nothing is missing up to `last`.
    pub(super) const fn new(last: i64) -> Self {
        Self { last, missing: BTreeMap::new() }
    }

    /// The highest number seen.
    pub(super) const fn last(&self) -> i64 {
        self.last
    }

    /// Numbers that may still come.
    pub(super) fn missing(&self) -> Vec<i64> {
        self.missing.keys().copied().collect()
    }

    /// Everything up to here has been seen or will never come.
    pub(super) fn position(&self) -> i64 {
        self.missing.first_key_value().map_or(self.last, |(first, _)| first - 1)
    }

    /// Notes that `id` was seen; false when it had been before.
    pub(super) fn see(&mut self, id: i64, now: Instant) -> bool {
        if id <= self.last {
            return self.missing.remove(&id).is_some();
        }
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        for skipped in (self.last + 1).max(id - most)..id {
            self.missing.insert(skipped, now);
        }
        while self.missing.len() > MOST {
            self.missing.pop_first();
        }
        self.last = id;
        true
    }

    /// Gives up numbers that stayed away for too long.
    pub(super) fn give_up(&mut self, now: Instant) {
        self.missing.retain(|_, since| now.saturating_duration_since(*since) < PATIENCE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_waits_for_what_may_still_come() {
        let now = Instant::now();
        let mut gaps = Gaps::new(10);
        assert!(gaps.see(11, now) && gaps.see(14, now));
        assert_eq!((gaps.last(), gaps.missing(), gaps.position()), (14, vec![12, 13], 11));
        assert!(gaps.see(13, now) && !gaps.see(13, now) && !gaps.see(11, now));
        assert_eq!(gaps.position(), 11);
        gaps.give_up(now + PATIENCE / 2);
        assert_eq!(gaps.position(), 11);
        gaps.give_up(now + PATIENCE);
        assert_eq!(gaps.position(), 14);
        assert!(!gaps.see(12, now), "too late");
    }

    #[test]
    fn a_jump_of_the_numbers_is_bounded() {
        let now = Instant::now();
        let mut gaps = Gaps::new(0);
        assert!(gaps.see(i64::MAX / 2, now));
        assert_eq!(gaps.missing().len(), MOST);
    }
}
