//! State of the server itself: readiness, and how its periodic tasks fare.

use crate::Loops;
use crate::failure::from_store;
use async_trait::async_trait;
use certctl_repository::Store;
use certctl_service_api::ServiceError;
use certctl_service_api::system::{SchedulerHealth, SystemService};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A database that takes longer to answer is not ready; probes give up soon, too.
const PING_LIMIT: Duration = Duration::from_secs(2);

/// Readiness of this process.
#[derive(Clone)]
pub struct System {
    store: Store,
    serves: Arc<dyn Fn() -> bool + Send + Sync>,
    loops: Arc<Loops>,
}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System").field("serves", &(self.serves)()).finish_non_exhaustive()
    }
}

impl System {
    /// `serves` tells whether the process is past its start and not yet stopping.
    pub fn new(store: Store, loops: Arc<Loops>, serves: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { store, serves: Arc::new(serves), loops }
    }
}

#[async_trait]
impl SystemService for System {
    async fn ready(&self) -> Result<(), ServiceError> {
        if !(self.serves)() {
            return Err(ServiceError::Unavailable("the server is starting or stopping".into()));
        }
        match tokio::time::timeout(PING_LIMIT, self.store.ping()).await {
            Ok(answered) => answered.map_err(from_store),
            Err(elapsed) => Err(ServiceError::Unavailable(elapsed.into())),
        }
    }
    async fn scheduler(&self) -> Result<SchedulerHealth, ServiceError> {
        match tokio::time::timeout(PING_LIMIT, self.loops.health()).await {
            Ok(health) => health,
            Err(elapsed) => Err(ServiceError::Unavailable(elapsed.into())),
        }
    }
}
