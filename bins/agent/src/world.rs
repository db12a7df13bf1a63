//! What the process takes from the world: time, ids, host name.

use certctl_agent::Facts;
use certctl_domain::id::IdSource;
use certctl_domain::{Clock, Timestamp};
use uuid::Uuid;

/// The system's clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the process")]
    fn now(&self) -> Timestamp {
        Timestamp::from_datetime(chrono::Utc::now())
    }
}

/// UUIDs of version 7.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one source of ids of the process")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Name of the host; `localhost` when the system does not tell.
pub(crate) fn hostname() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "localhost".to_owned())
}

/// Facts about the host and this build.
pub(crate) fn facts() -> Facts {
    Facts::new(env!("CARGO_PKG_VERSION"), hostname())
}
