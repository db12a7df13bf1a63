//! The audit trail and the log of API calls.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

const CALL_LOG: Key = Key::new(
    "CERTCTL_API_CALL_LOG",
    "audit.api_call_log",
    Kind::Choice(&["all", "changes", "off"]),
    "Which API calls are recorded: all of them, or those that can change something or were refused. Probes and agents' polls and heartbeats that succeeded never are.",
)
.or("all");
const CALL_RETENTION: Key = Key::new(
    "CERTCTL_API_CALL_RETENTION",
    "audit.api_call_retention",
    Kind::Span { min: Duration::from_hours(1) },
    "How long recorded API calls are kept. The audit trail itself is kept until it is pruned by hand.",
)
.or("720h");
const SEAL_INTERVAL: Key = Key::new(
    "CERTCTL_AUDIT_SEAL_INTERVAL",
    "audit.seal_interval",
    Kind::Span { min: SECOND },
    "How often new audit events are looked for, to give them their place in the chain.",
)
.or("1s");

pub(crate) const KEYS: &[Key] = &[CALL_LOG, CALL_RETENTION, SEAL_INTERVAL];

/// Which API calls are recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CallLog {
    /// All but probes and routine.
    #[default]
    All,
    /// Those that can change something or were refused.
    Changes,
    /// None.
    Off,
}

/// The audit trail and the log of API calls.
#[derive(Debug, Clone)]
pub struct Audit {
    /// Which API calls are recorded.
    pub call_log: CallLog,
    /// How long they are kept.
    pub call_retention: Duration,
    /// How often new events are looked for.
    pub seal_interval: Duration,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Audit {
    Audit {
        call_log: match reader.value(&CALL_LOG, |text| value::choice(text, CALL_LOG.kind)) {
            "changes" => CallLog::Changes,
            "off" => CallLog::Off,
            _ => CallLog::All,
        },
        call_retention: reader.span(&CALL_RETENTION),
        seal_interval: reader.span(&SEAL_INTERVAL),
    }
}
