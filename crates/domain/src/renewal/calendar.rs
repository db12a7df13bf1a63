//! When automatic work may start: weekly maintenance windows in local time, and freezes.

mod local;

use crate::Timestamp;
use serde::{Deserialize, Serialize};

pub use local::{TimeOfDay, TimeZone};

string_enum! {
    /// Day of the week.
    pub enum Weekday ("day of the week") {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
}

/// A weekly time of local hours. One whose end is not after its start lasts into the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    /// Days on which it starts.
    pub days: Vec<Weekday>,
    /// Local time at which it starts, `HH:MM`.
    pub start: TimeOfDay,
    /// Local time at which it ends, `HH:MM`; `24:00` is the end of the day.
    pub end: TimeOfDay,
    /// IANA name such as `Europe/Paris`; UTC when left out.
    #[serde(default)]
    pub timezone: TimeZone,
}

/// A time in which nothing automatic starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FreezePeriod {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
    /// Why, for the people who meet it.
    pub reason: String,
}

impl FreezePeriod {
    /// Whether `at` lies inside.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// Windows and freezes of one policy.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    /// Windows; none means always open.
    pub windows: &'a [MaintenanceWindow],
    /// Freezes.
    pub freezes: &'a [FreezePeriod],
}

/// Why an instant is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed<'a> {
    /// Inside this freeze.
    Freeze(&'a FreezePeriod),
    /// Outside of every window.
    OutsideWindows,
}

impl<'a> Calendar<'a> {
    /// Why nothing may start at `at`; `None` when it may.
    pub fn closed(&self, at: Timestamp) -> Option<Closed<'a>> {
        if let Some(freeze) = self.freeze(at) {
            return Some(Closed::Freeze(freeze));
        }
        let open = self.windows.is_empty() || self.windows.iter().any(|window| window.covers(at));
        (!open).then_some(Closed::OutsideWindows)
    }

    /// The freeze around `at` that lasts longest.
    pub fn freeze(&self, at: Timestamp) -> Option<&'a FreezePeriod> {
        self.freezes.iter().filter(|freeze| freeze.covers(at)).max_by_key(|freeze| freeze.until)
    }

    /// The first instant from `at` on that is allowed.
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        let mut at = at;
        // Every freeze is left at most once, so this ends.
        loop {
            match self.closed(at) {
                None => return at,
                Some(Closed::Freeze(freeze)) => at = freeze.until,
                Some(Closed::OutsideWindows) => {
                    let starts = self.windows.iter().filter_map(|window| window.next_start(at));
                    // Windows come back every week but for the end of representable time.
                    let Some(next) = starts.min() else { return Timestamp::END };
                    at = next;
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
