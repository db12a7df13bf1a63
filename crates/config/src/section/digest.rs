//! The digest.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

const ENABLED: Key = Key::new(
    "CERTCTL_DIGEST_ENABLED",
    "digest.enabled",
    Kind::Flag,
    "Send digests by mail: what expires, what failed, what waits for an approval. Needs a channel of type Email.",
)
.or("false");
const INTERVAL: Key = Key::new(
    "CERTCTL_DIGEST_INTERVAL",
    "digest.interval",
    Kind::Span { min: Duration::from_mins(1) },
    "From one digest to the next. Restarts do not begin it anew. The first one is sent at once.",
)
.or("24h");
const HOUR: Key = Key::new(
    "CERTCTL_DIGEST_HOUR",
    "digest.hour",
    Kind::Integer { min: 0, max: 23 },
    "Hour of the day, in UTC, at which digests are sent. Needs an interval of a day or more.",
)
.example("7");
const RECIPIENTS: Key = Key::new(
    "CERTCTL_DIGEST_RECIPIENTS",
    "digest.recipients",
    Kind::MailList,
    "Mail addresses that get the digest of everything.",
)
.example("ops@example.com,security@example.com");
const OWNERS: Key = Key::new(
    "CERTCTL_DIGEST_OWNERS",
    "digest.owners",
    Kind::Flag,
    "Whether owners with a mail address get a digest of their own certificates.",
)
.or("true");

pub(crate) const KEYS: &[Key] = &[ENABLED, INTERVAL, HOUR, RECIPIENTS, OWNERS];

/// The digest.
#[derive(Debug, Clone)]
pub struct Digest {
    /// Whether there are digests.
    pub enabled: bool,
    /// From one to the next.
    pub interval: Duration,
    /// Hour of the day in UTC.
    pub hour: Option<u8>,
    /// Who gets the digest of everything.
    pub recipients: Vec<String>,
    /// Whether owners get their own.
    pub owners: bool,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Digest {
    let digest = Digest {
        enabled: reader.value(&ENABLED, value::flag),
        interval: reader.span(&INTERVAL),
        hour: reader.optional(&HOUR, |text| value::integer(text, HOUR.kind)),
        recipients: reader.value(&RECIPIENTS, value::mails),
        owners: reader.value(&OWNERS, value::flag),
    };
    if digest.hour.is_some() && digest.interval < DAY {
        let problem = format!("it needs {} of a day or more", INTERVAL.env);
        reader.wrong(&HOUR, problem, Some(format!("Remove it, or set {} to 24h.", INTERVAL.env)));
    }
    digest
}
