//! Local times of day and what they mean in UTC, also on the days on which clocks change.

use super::{MaintenanceWindow, Weekday};
use crate::Timestamp;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use std::fmt;
use std::str::FromStr;

const MINUTES_PER_DAY: u16 = 24 * 60;

/// Minutes since midnight, `00:00` to `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

/// A time zone of the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeZone(chrono_tz::Tz);

/// A text that is no time of day or time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidTime(&'static str);

impl TimeOfDay {
    /// The first minute of a day.
    pub const MIDNIGHT: Self = Self(0);
    /// The first minute after a day.
    pub const END_OF_DAY: Self = Self(MINUTES_PER_DAY);
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let digits = |text: &str| match text.as_bytes() {
            [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u16::from(a - b'0') * 10 + u16::from(b - b'0')),
            _ => None,
        };
        let parts = text.split_once(':').and_then(|(hour, minute)| digits(hour).zip(digits(minute)));
        match parts {
            Some((hour, minute)) if minute < 60 && hour * 60 + minute <= MINUTES_PER_DAY => {
                Ok(Self(hour * 60 + minute))
            }
            _ => Err(InvalidTime("must be a time of day, `00:00` to `24:00`")),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(chrono_tz::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        // The parser says nothing beyond that it does not know the name.
        text.parse().ok().map(Self).ok_or(InvalidTime(
            "must be the name of a time zone of the IANA database, for example `Europe/Paris`",
        ))
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// Serde and, with feature `openapi`, a schema, by the text form.
macro_rules! as_text {
    ($name:ident, $example:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .examples([$example])
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}

as_text!(TimeOfDay, "02:00");
as_text!(TimeZone, "Europe/Paris");

impl MaintenanceWindow {
    /// Whether `at` lies inside an occurrence.
    pub(super) fn covers(&self, at: Timestamp) -> bool {
        // One that began yesterday can last into today.
        self.occurrences(at, 1, 2).any(|(start, end)| start <= at && at < end)
    }

    /// When the last occurrence around `at` ends; `None` when `at` lies in none.
    pub(crate) fn end_around(&self, at: Timestamp) -> Option<Timestamp> {
        self.occurrences(at, 1, 2).filter(|(start, end)| *start <= at && at < *end).map(|(_, end)| end).max()
    }

    /// The first start after `at`.
    pub(super) fn next_start(&self, at: Timestamp) -> Option<Timestamp> {
        // More than a week: on a day on which clocks change, an occurrence can have no length.
        self.occurrences(at, 1, 17).map(|(start, _)| start).filter(|start| *start > at).min()
    }

    /// Occurrences of `days` days around the local day of `at`, from `before` days earlier.
    fn occurrences(
        &self,
        at: Timestamp,
        before: u64,
        days: u64,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let zone = self.timezone.0;
        let first = at.datetime().with_timezone(&zone).date_naive().checked_sub_days(Days::new(before));
        let date = move |day| first.and_then(|first| first.checked_add_days(Days::new(day)));
        (0..=days).filter_map(date).filter(|date| self.days.contains(&weekday(*date))).filter_map(
            move |date| {
                let last_day = if self.end > self.start { date } else { date.succ_opt()? };
                let start = instant(zone, date, self.start, Side::First)?;
                let end = instant(zone, last_day, self.end, Side::Last)?;
                (start < end).then_some((start, end))
            },
        )
    }
}

fn weekday(date: NaiveDate) -> Weekday {
    match date.weekday() {
        chrono::Weekday::Mon => Weekday::Mon,
        chrono::Weekday::Tue => Weekday::Tue,
        chrono::Weekday::Wed => Weekday::Wed,
        chrono::Weekday::Thu => Weekday::Thu,
        chrono::Weekday::Fri => Weekday::Fri,
        chrono::Weekday::Sat => Weekday::Sat,
        chrono::Weekday::Sun => Weekday::Sun,
    }
}

/// Which of two instants a local time means that comes twice.
#[derive(Clone, Copy)]
enum Side {
    First,
    Last,
}

/// The instant of a local time. One that the clocks skip means the first one after the gap.
fn instant(zone: chrono_tz::Tz, date: NaiveDate, time: TimeOfDay, side: Side) -> Option<Timestamp> {
    let midnight: NaiveDateTime = date.and_hms_opt(0, 0, 0)?;
    let wanted = midnight.checked_add_signed(TimeDelta::minutes(time.0.into()))?;
    // A zone can skip a whole day, when it moves to the other side of the date line.
    let found = (0..=i64::from(MINUTES_PER_DAY) * 2).find_map(|minutes| {
        let local = zone.from_local_datetime(&wanted.checked_add_signed(TimeDelta::minutes(minutes))?);
        match side {
            Side::First => local.earliest(),
            Side::Last => local.latest(),
        }
    });
    found.map(|at: DateTime<chrono_tz::Tz>| Timestamp::from_datetime(at.with_timezone(&Utc)))
}
