//! What stops automatic issuance from going in circles.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

const LIMIT: Key = Key::new(
    "CERTCTL_ISSUANCE_LIMIT_PER_NAMES",
    "guards.issuance_limit_per_names",
    Kind::Integer { min: 1, max: 1_000_000 },
    "Most issuances for one set of names, for each agent that holds a key, within the window. Beyond it nothing is renewed by itself, and by hand only with an override.",
)
.or("10");
const WINDOW: Key = Key::new(
    "CERTCTL_ISSUANCE_LIMIT_WINDOW",
    "guards.issuance_limit_window",
    Kind::Span { min: MINUTE },
    "The time in which issuances for one set of names are counted. Short lifetimes shorten it to the time of five renewals as planned.",
)
.or("24h");
const FAILURES: Key = Key::new(
    "CERTCTL_PAUSE_AFTER_FAILURES",
    "guards.pause_after_failures",
    Kind::Integer { min: 0, max: 1000 },
    "Issuances in a row that fail for good before a certificate is paused; 0 never pauses.",
)
.or("5");

pub(crate) const KEYS: &[Key] = &[LIMIT, WINDOW, FAILURES];

/// Limits of what happens by itself.
#[derive(Debug, Clone)]
pub struct Guards {
    /// Issuances per set of names and key holder within the window.
    pub issuances_per_names: u32,
    /// The window.
    pub window: Duration,
    /// Failed issuances in a row before a certificate is paused; 0 never pauses.
    pub failures_before_pause: u32,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Guards {
    Guards {
        issuances_per_names: reader.integer(&LIMIT),
        window: reader.span(&WINDOW),
        failures_before_pause: reader.integer(&FAILURES),
    }
}
