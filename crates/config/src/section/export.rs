//! How much may be taken out of the inventory as files.

use crate::key::{Key, Kind};
use crate::reader::Reader;

const PER_ACTOR: Key = Key::new(
    "CERTCTL_CERT_EXPORT_RATE_LIMIT_PER_ACTOR_HR",
    "export.per_actor_per_hour",
    Kind::Integer { min: 0, max: 1_000_000 },
    "How many certificates one person or machine may export within an hour, counted by each server process. `0` sets no limit.",
)
.or("50");

pub(crate) const KEYS: &[Key] = &[PER_ACTOR];

/// Limits of exports.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// Exports of one identity within an hour; 0 sets no limit.
    pub per_actor_per_hour: u32,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Export {
    Export { per_actor_per_hour: reader.integer(&PER_ACTOR) }
}
