//! When digests are due.

use crate::Timestamp;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);
const DAY: i64 = 86_400;

/// The times of the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestSchedule {
    /// From one to the next.
    pub interval: Duration,
    /// Hour of the day in UTC at which they are due, 0 to 23, for intervals of a day or more.
    pub hour: Option<u8>,
}

impl DigestSchedule {
    /// When the one after the digest that was due at `last` is due: one interval later, at the wanted hour
    /// that lies nearest. Late sending moves nothing, because `last` is when it was due.
    pub fn after(&self, last: Timestamp) -> Timestamp {
        let next = last.plus(self.interval);
        let Some(hour) = self.hour else { return next };
        let wanted = last_at(hour, next.plus(12 * HOUR));
        if wanted > last { wanted } else { next }
    }
}

/// The last instant up to `at` with this hour of the day.
fn last_at(hour: u8, at: Timestamp) -> Timestamp {
    let offset = i64::from(hour) * 3_600;
    let seconds = at.unix_seconds() - offset;
    Timestamp::from_unix_seconds(seconds - seconds.rem_euclid(DAY) + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(hour: Option<u8>, days: u64, last: &str) -> String {
        let interval = Duration::from_hours(24 * days);
        let last = Timestamp::parse_rfc3339(last).unwrap();
        DigestSchedule { interval, hour }.after(last).to_rfc3339()
    }

    #[test]
    fn the_next_one_is_due_an_interval_later() {
        assert_eq!(after(None, 1, "2026-03-01T15:20:00Z"), "2026-03-02T15:20:00Z");
    }

    #[test]
    fn a_wanted_hour_is_reached_by_the_nearest_way_and_then_kept() {
        assert_eq!(after(Some(7), 1, "2026-03-01T15:20:00Z"), "2026-03-02T07:00:00Z");
        assert_eq!(after(Some(7), 1, "2026-03-01T23:20:00Z"), "2026-03-03T07:00:00Z");
        assert_eq!(after(Some(7), 1, "2026-03-02T07:00:00Z"), "2026-03-03T07:00:00Z");
        assert_eq!(after(Some(7), 7, "2026-03-02T07:00:00Z"), "2026-03-09T07:00:00Z");
        assert_eq!(after(Some(0), 1, "2026-03-01T12:00:00Z"), "2026-03-03T00:00:00Z");
        assert_eq!(after(Some(0), 1, "2026-03-01T11:59:00Z"), "2026-03-02T00:00:00Z");
    }
}
