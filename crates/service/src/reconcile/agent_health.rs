//! Marks agents offline whose heartbeats have stopped.

use crate::failure::Failure;
use crate::notification::{raise, stories};
use crate::support::{Foundation, audit_event};
use async_trait::async_trait;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use certctl_service_api::{Actor, ServiceError};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// How often agents send heartbeats unless they are told otherwise.
const HEARTBEAT_PERIOD: Duration = Duration::from_mins(1);
const SHORTEST_GRACE: Duration = Duration::from_mins(3);

/// How long an agent may be silent: more than two heartbeats, so that one that is lost flips nothing.
/// How often the agents are looked at changes nothing about it.
const GRACE: Duration = {
    let two_heartbeats = HEARTBEAT_PERIOD.saturating_mul(2);
    if two_heartbeats.as_secs() > SHORTEST_GRACE.as_secs() { two_heartbeats } else { SHORTEST_GRACE }
};

/// The agent health reconciler.
#[derive(Debug)]
pub struct AgentHealth {
    base: Foundation,
}

impl AgentHealth {
    /// Over a store.
    pub const fn new(base: Foundation) -> Self {
        Self { base }
    }

    async fn mark(&self) -> Result<u64, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let marked = self.base.store.write("agent.mark_offline", move |tx| {
            let silent = tx.agents().mark_offline(now.minus(GRACE))?;
            for agent in &silent {
                let details = json!({"silent_for_seconds": GRACE.as_secs()});
                let subject = ("agent", agent.as_str());
                tx.audit().append(&audit_event(
                    &*ids,
                    &Actor::system(),
                    now,
                    "agent_offline",
                    subject,
                    &details,
                ))?;
                if let Some(agent) = tx.agents().find(agent)? {
                    raise::alert(tx, &*ids, stories::agent_offline(&agent), now)?;
                }
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
