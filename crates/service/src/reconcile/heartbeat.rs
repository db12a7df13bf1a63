//! Tells a watcher outside that every periodic task gets through. When one does not, nothing is told,
//! and the watcher raises the alarm.

use crate::Loops;
use async_trait::async_trait;
use certctl_connector_api::ConnectorError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::fmt;
use std::sync::Arc;

const NAME: &str = "heartbeat";

/// The watcher outside.
#[async_trait]
pub trait Watcher: Send + Sync + fmt::Debug {
    /// Tells it that all is well. Errors name its host at most: the rest of its address is a secret.
    async fn beat(&self) -> Result<(), ConnectorError>;
}

/// The heartbeat.
#[derive(Debug)]
pub struct Heartbeat {
    loops: Arc<Loops>,
    watcher: Arc<dyn Watcher>,
}

impl Heartbeat {
    /// Of these tasks, to this watcher.
    pub fn new(loops: Arc<Loops>, watcher: Arc<dyn Watcher>) -> Self {
        Self { loops, watcher }
    }
}

#[async_trait]
impl Reconciler for Heartbeat {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn activate(&self, _stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        let health = match self.loops.health().await {
            Ok(health) => health,
            Err(error) => return report.failed(&error),
        };
        // A watcher that could not be reached must not keep the next heartbeat back.
        let late: Vec<_> =
            health.loops.iter().filter(|one| !one.on_time && one.name != NAME).map(|one| one.name).collect();
        if !late.is_empty() {
            tracing::warn!(?late, "no heartbeat is sent: {} did not get through in time", late.join(", "));
            report.add("withheld", 1);
            return report;
        }
        match self.watcher.beat().await {
            Ok(()) => report,
            Err(error) => Report { error: Some(error.chain()), ..report },
        }
    }
}
