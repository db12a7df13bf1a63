//! Values of query parameters that are more than text.

use crate::input::refuse;
use certctl_domain::Timestamp;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// An instant, or a bare date (`2026-06-01`) that stands for its first instant in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateOrTime(pub Timestamp);

impl<'de> Deserialize<'de> for DateOrTime {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        // A plus sign is a space in a query string unless it was escaped.
        let instant = Timestamp::parse_rfc3339(&text.replace(' ', "+"));
        match instant.or_else(|_| Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"))) {
            Ok(instant) => Ok(Self(instant)),
            Err(_) => Err(refuse(&text, "a date (2026-06-01) or an RFC 3339 time (2026-06-01T00:00:00Z)")),
        }
    }
}

/// How long a request may wait for news: seconds, as `30` or `30s`, at most a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Longer wishes get this much: proxies cut idle connections soon after.
    pub const MAX: Duration = Duration::from_mins(1);
}

impl<'de> Deserialize<'de> for Wait {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        match text.strip_suffix('s').unwrap_or(&text).parse() {
            Ok(seconds) => Ok(Self(Duration::from_secs(seconds).min(Self::MAX))),
            Err(_) => Err(refuse(&text, "seconds, as `30s`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
        let input: StrDeserializer<'de, Error> = text.into_deserializer();
        T::deserialize(input).ok()
    }

    #[test]
    fn dates_and_times_of_any_offset_are_instants() {
        let time = |text| read::<DateOrTime>(text).map(|time| time.0.to_rfc3339());
        assert_eq!(time("2026-06-01").as_deref(), Some("2026-06-01T00:00:00Z"));
        assert_eq!(time("2026-06-01T02:00:00+02:00").as_deref(), Some("2026-06-01T00:00:00Z"));
        assert_eq!(time("2026-06-01T02:00:00 02:00").as_deref(), Some("2026-06-01T00:00:00Z"));
        for bad in ["", "2026-13-01", "01.06.2026", "tomorrow", "2026-06-01T00:00"] {
            assert_eq!(time(bad), None, "{bad}");
        }
    }

    #[test]
    fn waits_are_seconds_up_to_a_minute() {
        let wait = |text| read::<Wait>(text).map(|wait| wait.0.as_secs());
        assert_eq!(
            (wait("30s"), wait("5"), wait("0"), wait("3600s")),
            (Some(30), Some(5), Some(0), Some(60))
        );
        for bad in ["", "s", "30m", "-1", "1.5"] {
            assert_eq!(wait(bad), None, "{bad}");
        }
    }
}
