//! What the server logs.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;

const LEVEL: Key = Key::new(
    "CERTCTL_LOG_LEVEL",
    "log.level",
    Kind::LogLevel,
    "Least severe events to log. A single word applies to certctl and leaves its libraries at `warn`.",
)
.or("info");
const FORMAT: Key = Key::new(
    "CERTCTL_LOG_FORMAT",
    "log.format",
    Kind::Choice(&["json", "text"]),
    "Shape of a line on standard error.",
)
.or("json");

pub(crate) const KEYS: &[Key] = &[LEVEL, FORMAT];

/// Logging.
#[derive(Debug, Clone)]
pub struct Log {
    /// Level or filter directives.
    pub level: String,
    /// Shape of a line.
    pub format: LogFormat,
}

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// One JSON object per line.
    #[default]
    Json,
    /// Text for people.
    Text,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Log {
    Log {
        level: reader.value(&LEVEL, value::log_level),
        format: reader.value(&FORMAT, |text| {
            Ok(match value::choice(text, FORMAT.kind)? {
                "text" => LogFormat::Text,
                _ => LogFormat::Json,
            })
        }),
    }
}
