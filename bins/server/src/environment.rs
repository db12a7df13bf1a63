//! What the process takes from the world: time, randomness, connectors.

use certctl_connector_api::{IssuerRegistry, NotifierRegistry, TargetRegistry};
use certctl_domain::id::IdSource;
use certctl_domain::{Clock, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// Time, ids and connectors. Tests replace single parts.
#[derive(Debug, Clone)]
pub struct Environment {
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Source of ids.
    pub ids: Arc<dyn IdSource>,
    /// Issuer connectors.
    pub issuers: IssuerRegistry,
    /// Notifiers.
    pub notifiers: NotifierRegistry,
    /// Target connectors: the server checks their configurations, agents use them.
    pub targets: TargetRegistry,
}

impl Environment {
    /// The real world, with every connector of this build.
    pub fn system() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            issuers: certctl_issuers::registry(),
            notifiers: certctl_notifiers::registry(),
            targets: TargetRegistry::new(certctl_targets::registry()),
        }
    }
}

/// The system's clock.
#[derive(Debug)]
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the process")]
    fn now(&self) -> Timestamp {
        Timestamp::from_datetime(chrono::Utc::now())
    }
}

/// UUIDs of version 7.
#[derive(Debug)]
struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one source of ids of the process")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}
