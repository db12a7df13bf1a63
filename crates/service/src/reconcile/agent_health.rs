//! Marks agents offline whose heartbeats have stopped.

use crate::failure::Failure;
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The agent health reconciler.
#[derive(Debug)]
pub struct AgentHealth {
    base: Foundation,
    grace: Duration,
}

impl AgentHealth {
    /// Agents may be silent for `grace`: more than two heartbeat intervals, so that one lost
    /// heartbeat flips nothing.
    pub const fn new(base: Foundation, grace: Duration) -> Self {
        Self { base, grace }
    }

    async fn mark(&self) -> Result<u64, ServiceError> {
        let (now, ids, grace) = (self.base.clock.now(), Arc::clone(&self.base.ids), self.grace);
        let marked = self.base.store.write("agent.mark_offline", move |tx| {
            let silent = tx.agents().mark_offline(now.minus(grace))?;
            for agent in &silent {
                let details = json!({"silent_for_seconds": grace.as_secs()});
                let subject = ("agent", agent.as_str());
                tx.audit().append(&audit_event(
                    &*ids,
                    &Actor::system(),
                    now,
                    "agent_offline",
                    subject,
                    &details,
                ))?;
            }
            Ok::<_, Failure>(u64::try_from(silent.len()).unwrap_or(u64::MAX))
        });
        Ok(marked.await?)
    }
}

#[async_trait]
impl Reconciler for AgentHealth {
    fn name(&self) -> &'static str {
        "agent-health"
    }

    async fn activate(&self, _stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        match self.mark().await {
            Ok(marked) => {
                report.add("offline", marked);
                report
            }
            Err(error) => report.failed(&error),
        }
    }
}
