//! How the process ends.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::time::Duration;

const TIMEOUT: Key = Key::new(
    "CERTCTL_SHUTDOWN_TIMEOUT",
    "shutdown.timeout",
    Kind::Span { min: Duration::ZERO },
    "How long requests and jobs may finish after a stop signal. What is left is stopped, and its leases are released.",
)
.or_computed("`CERTCTL_AUDIT_FLUSH_TIMEOUT_SECONDS`, else `30s`")
.example("30s");
const FLUSH_SECONDS: Key = Key::new(
    "CERTCTL_AUDIT_FLUSH_TIMEOUT_SECONDS",
    "shutdown.audit_flush_timeout_seconds",
    Kind::Integer { min: 0, max: 86_400 },
    "Older name of `CERTCTL_SHUTDOWN_TIMEOUT`, in whole seconds; ignored when that is set.",
);
const LAME_DUCK: Key = Key::new(
    "CERTCTL_SHUTDOWN_LAME_DUCK",
    "shutdown.lame_duck",
    Kind::Span { min: Duration::ZERO },
    "How long requests are still accepted after `/ready` turned to 503, so that load balancers notice first.",
)
.or("0s");

const DEFAULT_GRACE: Duration = Duration::from_secs(30);

pub(crate) const KEYS: &[Key] = &[TIMEOUT, FLUSH_SECONDS, LAME_DUCK];

/// Times of a shutdown.
#[derive(Debug, Clone)]
pub struct Shutdown {
    /// For requests and jobs to finish.
    pub grace: Duration,
    /// For load balancers to look elsewhere.
    pub lame_duck: Duration,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Shutdown {
    let timeout = reader.optional(&TIMEOUT, |text| value::span(text, TIMEOUT.kind));
    let seconds = reader.optional(&FLUSH_SECONDS, |text| value::integer(text, FLUSH_SECONDS.kind));
    if timeout.is_some() && seconds.is_some() {
        reader.warnings.push(format!("{} is ignored because {} is set", FLUSH_SECONDS.env, TIMEOUT.env));
    }
    let grace = timeout.or(seconds.map(Duration::from_secs)).unwrap_or(DEFAULT_GRACE);
    reader.computed(&TIMEOUT, value::span_text(grace));
    Shutdown { grace, lame_duck: reader.span(&LAME_DUCK) }
}
