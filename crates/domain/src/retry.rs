//! Backoff as data: when to try again, decided without a clock and without luck.

use std::time::Duration;

/// How a failure should be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureClass {
    /// Trying again cannot help.
    Permanent,
    /// Trying again may help.
    Transient,
    /// The other side asked for a pause, if it said how long.
    Throttled(Option<Duration>),
}

/// An exponential backoff.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// Delay after the first failure.
    pub base: Duration,
    /// Growth per failure, at least 1.
    pub factor: f64,
    /// Longest delay.
    pub cap: Duration,
    /// Share of the delay that is random, 0 to 1.
    pub jitter: f64,
    /// Attempts in all.
    pub max_attempts: u32,
}

impl Backoff {
    /// Delay before the next attempt after `attempts` failed ones, or `None` at the end of the
    /// road. `random` is uniform in 0..1; a request by the other side is honoured up to `cap`.
    pub fn next(&self, attempts: u32, class: FailureClass, random: f64) -> Option<Duration> {
        if attempts >= self.max_attempts {
            return None;
        }
        let exponent = i32::try_from(attempts.saturating_sub(1).min(63)).unwrap_or(63);
        let raw = self.base.as_secs_f64() * self.factor.max(1.0).powi(exponent);
        let capped = raw.min(self.cap.as_secs_f64());
        let spread = capped * self.jitter.clamp(0.0, 1.0) * random.clamp(0.0, 1.0);
        let delay = Duration::from_secs_f64((capped - spread).max(0.0));
        match class {
            FailureClass::Permanent => None,
            FailureClass::Transient | FailureClass::Throttled(None) => Some(delay),
            FailureClass::Throttled(Some(asked)) => Some(asked.min(self.cap).max(delay)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delays_stay_within_the_cap_and_end(attempts in 0_u32..80, random in 0.0_f64..1.0, asked in 0_u64..100_000) {
            let backoff = Backoff {
                base: Duration::from_secs(5), factor: 2.0, cap: Duration::from_hours(1), jitter: 0.2, max_attempts: 50,
            };
            for class in [FailureClass::Transient, FailureClass::Throttled(Some(Duration::from_secs(asked)))] {
                match backoff.next(attempts, class, random) {
                    Some(delay) => prop_assert!(attempts < 50 && delay <= backoff.cap),
                    None => prop_assert!(attempts >= 50),
                }
            }
            prop_assert_eq!(backoff.next(attempts, FailureClass::Permanent, random), None);
        }
    }

    #[test]
    fn delays_double_without_jitter() {
        let backoff = Backoff {
            base: Duration::from_secs(1),
            factor: 2.0,
            cap: Duration::from_secs(5),
            jitter: 0.0,
            max_attempts: 9,
        };
        let delays: Vec<u64> = (1..6)
            .filter_map(|n| backoff.next(n, FailureClass::Transient, 0.5))
            .map(|d| d.as_secs())
            .collect();
        assert_eq!(delays, [1, 2, 4, 5, 5]);
    }
}
