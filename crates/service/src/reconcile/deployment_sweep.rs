//! Queues again what was issued but is not in place: a deployment that failed for good, or a target
//! that was switched off when its job was due.

use crate::failure::Failure;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
use crate::{deployment, issuance};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::deployment::TargetMapping;
use certctl_domain::id::{AgentId, IdSource};
use certctl_repository::Tx;
use certctl_service_api::ServiceError;
use certctl_service_api::engine::{Reconciler, Report, StopSignal};
use std::sync::Arc;
use std::time::Duration;

const BATCH: u32 = 100;

/// The deployment sweep.
#[derive(Debug)]
pub struct DeploymentSweep {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    pause: Duration,
}

impl DeploymentSweep {
    /// Looks at mappings that have not changed for `pause`.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>, pause: Duration) -> Self {
        Self { base, wakeups, pause }
    }

    /// How many mappings were looked at, and the agents that got work. None of the mappings is found
    /// again before the next pause is over.
    async fn batch(&self) -> Result<(usize, Vec<AgentId>), ServiceError> {
        let (now, ids, pause) = (self.base.clock.now(), Arc::clone(&self.base.ids), self.pause);
        let queued = self.base.store.write("deployment.sweep", move |tx| {
            let unserved = tx.deployments().unserved_since(now.minus(pause), BATCH)?;
            let (seen, mut agents) = (unserved.len(), Vec::new());
            for mapping in unserved {
                agents.extend(requeue(tx, &*ids, mapping, now)?);
            }
            Ok::<_, Failure>((seen, agents))
        });
        Ok(queued.await?)
    }
}

fn requeue(
    tx: &mut dyn Tx,
    ids: &dyn IdSource,
    mut mapping: TargetMapping,
    now: Timestamp,
) -> Result<Option<AgentId>, Failure> {
    let target = tx.targets().find(&mapping.target_id)?.filter(certctl_domain::target::Target::is_active);
    let lineages = issuance::lineages(tx, &mapping.certificate_id)?;
    let version = target.as_ref().and_then(|target| {
        lineages
            .iter()
            .find(|lineage| lineage.agent == target.agent_id)
            .and_then(|lineage| lineage.latest.as_ref())
            .filter(|version| version.not_after > now)
    });
    if let (Some(target), Some(version)) = (&target, version) {
        deployment::queue(tx, ids, version, mapping, target, "system", now)?;
        return Ok(Some(target.agent_id.clone()));
    }
    // Nothing to deploy now: look again after the next pause instead of at every tick.
    mapping.updated_at = now;
    tx.deployments().update(&mapping)?;
    Ok(None)
}

#[async_trait]
impl Reconciler for DeploymentSweep {
    fn name(&self) -> &'static str {
        "deployment-sweep"
    }

    async fn activate(&self, stop: &dyn StopSignal) -> Report {
        let mut report = Report::default();
        while !stop.stopping() {
            let (seen, agents) = match self.batch().await {
                Ok(batch) => batch,
                Err(error) => return report.failed(&error),
            };
            report.add("enqueued", u64::try_from(agents.len()).unwrap_or(u64::MAX));
            for agent in &agents {
                self.wakeups.wake_agent(agent);
            }
            if seen < BATCH as usize {
                break;
            }
        }
        report
    }
}
