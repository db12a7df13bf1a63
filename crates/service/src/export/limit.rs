//! How often one person may do something within an hour.

use certctl_domain::Timestamp;
use certctl_service_api::ServiceError;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const WINDOW: Duration = Duration::from_hours(1);

/// A sliding window per person, in this process.
#[derive(Debug)]
pub(super) struct HourlyLimit {
    limit: usize,
    seen: Mutex<HashMap<String, VecDeque<Timestamp>>>,
}

impl HourlyLimit {
    /// At most `limit` times an hour; zero sets no limit.
    pub(super) fn new(limit: u32) -> Self {
        Self { limit: usize::try_from(limit).unwrap_or(usize::MAX), seen: Mutex::default() }
    }

    /// Counts one more, or refuses until the oldest is an hour ago.
    pub(super) fn count(&self, who: &str, now: Timestamp) -> Result<(), ServiceError> {
        if self.limit == 0 {
            return Ok(());
        }
        let begin = now.minus(WINDOW);
        let mut seen = self.seen.lock();
        // Those who were quiet for an hour cost nothing.
        seen.retain(|_, times| times.back().is_some_and(|last| *last > begin));
        let times = seen.entry(who.to_owned()).or_default();
        while times.front().is_some_and(|first| *first <= begin) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= self.limit => {
                let free = first.plus(WINDOW).unix_micros() - now.unix_micros();
                let retry_after = Duration::from_micros(u64::try_from(free).unwrap_or_default());
                Err(ServiceError::Throttled { retry_after })
            }
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides_and_everybody_has_one_of_their_own() {
        let at = Timestamp::from_unix_seconds;
        let limit = HourlyLimit::new(2);
        assert!(limit.count("ann", at(0)).is_ok() && limit.count("ann", at(600)).is_ok());
        let Err(ServiceError::Throttled { retry_after }) = limit.count("ann", at(1_200)) else { panic!() };
        assert_eq!(retry_after, Duration::from_mins(40));
        assert!(limit.count("bob", at(1_200)).is_ok());
        assert!(limit.count("ann", at(3_600)).is_ok());
        assert!(limit.count("ann", at(3_601)).is_err());
        let unlimited = HourlyLimit::new(0);
        assert!((0..100).all(|_| unlimited.count("ann", at(0)).is_ok()));
    }
}
