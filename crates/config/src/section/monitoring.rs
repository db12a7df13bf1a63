//! Who outside is told that the server works.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use certctl_crypto::SecretString;
use url::Url;

const HEARTBEAT_URL: Key = Key::new(
    "CERTCTL_HEARTBEAT_URL",
    "monitoring.heartbeat_url",
    Kind::Secret { min_bytes: 8 },
    "Fetched every minute while all periodic tasks get through, so that a watcher outside notices silence. Counts as a secret. Servers on one database send one heartbeat between them. The networks of `CERTCTL_EGRESS_ALLOW` and the CA certificates of `CERTCTL_NOTIFICATION_CA_BUNDLE_PATH` hold for it, too.",
);

pub(crate) const KEYS: &[Key] = &[HEARTBEAT_URL];

/// Who outside is told. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Monitoring {
    /// Where the heartbeat goes: an `http` or `https` URL.
    pub heartbeat_url: Option<SecretString>,
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Monitoring {
    let heartbeat_url = reader.secret(&HEARTBEAT_URL);
    let is_web = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if heartbeat_url.as_ref().is_some_and(|url| !is_web(url.expose())) {
        let problem = "the value is not a URL that begins with `https://` or `http://`".to_owned();
        reader.wrong(&HEARTBEAT_URL, problem, None);
    }
    Monitoring { heartbeat_url }
}
