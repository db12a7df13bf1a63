//! Days in UTC, for figures per day.

use crate::Timestamp;
use chrono::{Days, NaiveDate, NaiveTime};
use std::fmt;
use std::str::FromStr;

/// A day in UTC, written `2026-11-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// The day that `at` belongs to.
    pub fn of(at: Timestamp) -> Self {
        Self(at.datetime().date_naive())
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::from_datetime(self.0.and_time(NaiveTime::MIN).and_utc())
    }

    /// `count` days, beginning with this one.
    pub fn onwards(self, count: u32) -> impl Iterator<Item = Self> {
        (0..count).filter_map(move |n| self.0.checked_add_days(Days::new(n.into())).map(Self))
    }

    /// `count` days, ending with this one, oldest first.
    pub fn back(self, count: u32) -> impl Iterator<Item = Self> {
        (0..count).rev().filter_map(move |n| self.0.checked_sub_days(Days::new(n.into())).map(Self))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_in_utc_across_months() {
        let last = Timestamp::parse_rfc3339("2026-03-01T01:30:00+02:00").unwrap();
        let day = Day::of(last);
        assert_eq!(day.to_string(), "2026-02-28");
        assert_eq!(day.start().to_rfc3339(), "2026-02-28T00:00:00Z");
        let texts = |days: &mut dyn Iterator<Item = Day>| days.map(|day| day.to_string()).collect::<Vec<_>>();
        assert_eq!(texts(&mut day.onwards(2)), ["2026-02-28", "2026-03-01"]);
        assert_eq!(texts(&mut day.back(2)), ["2026-02-27", "2026-02-28"]);
        assert_eq!("2026-02-28".parse(), Ok(day));
    }
}
