//! Queues again what was issued but is not in place: a deployment that failed for good, or a target
//! that was switched off when its job was due.

use crate::deployment::{self, By};
use crate::failure::Failure;
use crate::issuance;
use crate::support::Foundation;
use crate::wakeups::Wakeups;
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
/// How long what was issued may stay undeployed before its deployment is queued again.
pub const DEPLOYMENT_PAUSE: Duration = Duration::from_mins(10);

/// The deployment sweep.
#[derive(Debug)]
pub struct DeploymentSweep {
    base: Foundation,
    wakeups: Arc<Wakeups>,
    pause: Duration,
}

/// What one batch did.
#[derive(Debug, Default)]
struct Batch {
    seen: usize,
    failed: usize,
    agents: Vec<AgentId>,
}

impl DeploymentSweep {
    /// Looks at mappings that have not changed for `pause`.
    pub const fn new(base: Foundation, wakeups: Arc<Wakeups>, pause: Duration) -> Self {
        Self { base, wakeups, pause }
    }

    async fn batch(&self) -> Result<Batch, ServiceError> {
        let before = self.base.clock.now().minus(self.pause);
        let unserved = self.base.store.read("deployment.unserved", move |tx| {
            Ok::<_, Failure>(tx.deployments().unserved_since(before, BATCH)?)
        });
        let unserved = unserved.await?;
        let mut batch = Batch { seen: unserved.len(), ..Batch::default() };
        for mapping in unserved {
            let (certificate, target) = (mapping.certificate_id.clone(), mapping.target_id.clone());
            match self.requeue(mapping).await {
                Ok(agent) => batch.agents.extend(agent),
                Err(error @ ServiceError::Unavailable(_)) => return Err(error),
                Err(error) => {
                    batch.failed += 1;
                    tracing::error!(cert.id = %certificate, target.id = %target, error = &error as &dyn std::error::Error, "cannot queue the deployment of certificate {certificate} to target {target} again");
                }
            }
        }
        Ok(batch)
    }

    /// One transaction each: a mapping that somebody else is changing delays no other. None that was
    /// looked at is found again before the next pause is over.
    async fn requeue(&self, seen: TargetMapping) -> Result<Option<AgentId>, ServiceError> {
        let (now, ids) = (self.base.clock.now(), Arc::clone(&self.base.ids));
        let queued = self.base.store.write("deployment.sweep", move |tx| {
            let mapping = tx.deployments().find(&seen.certificate_id, &seen.target_id)?;
            match mapping.filter(|mapping| mapping.updated_at == seen.updated_at) {
                Some(mapping) => requeue(tx, &*ids, mapping, now),
                None => Ok::<_, Failure>(None),
            }
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
        let start = deployment::automatic_start(tx, &mapping, now)?;
        deployment::queue_at(tx, ids, version, mapping, target, &By::system(start), now)?;
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
            let batch = match self.batch().await {
                Ok(batch) => batch,
                Err(error) => return report.failed(&error),
            };
            report.add("enqueued", u64::try_from(batch.agents.len()).unwrap_or(u64::MAX));
            for agent in &batch.agents {
                self.wakeups.wake_agent(agent);
            }
            // What failed is still there; when nothing else is left, the next activation tries again.
            if batch.seen < BATCH as usize || batch.failed == batch.seen {
                break;
            }
        }
        report
    }
}
