//! Demo data.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;

const SEED: Key = Key::new(
    "CERTCTL_DEMO_SEED",
    "demo.seed",
    Kind::Flag,
    "Fill an empty SQLite database with ninety days of an invented company at the first start, and keep its simulated agents alive. Contacts nobody. Never for real use.",
)
.or("false");

pub(crate) const KEYS: &[Key] = &[SEED];

/// Demo data.
#[derive(Debug, Clone, Copy)]
pub struct Demo {
    /// Whether an empty database is filled with demo data.
    pub seed: bool,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Demo {
    Demo { seed: reader.value(&SEED, value::flag) }
}
