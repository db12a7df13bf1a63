//! Targets: which connector serves them, one job at a time each.

use super::Agent;
use certctl_api_types::work::WorkItem;
use certctl_connector_api::target::{DeployFailure, Deployed, Deployment, Rollback, Stage, TargetConnector};
use certctl_connector_api::{ConfigError, ConnectorError, ErrorKind, RawConfig};
use certctl_domain::id::TargetId;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What this process knows of a target.
#[derive(Debug, Default)]
struct Slot {
    /// Whether nothing half done can be lying on it: false at start, and while something runs.
    settled: bool,
}

impl Slot {
    async fn settle(&mut self, target: &Ready) -> Result<(), ConnectorError> {
        if !self.settled {
            target.connector.recover().await?;
            self.settled = true;
        }
        Ok(())
    }
}

/// One lock per target.
#[derive(Debug, Default)]
pub(super) struct Targets(Mutex<BTreeMap<TargetId, Arc<tokio::sync::Mutex<Slot>>>>);

impl Targets {
    fn slot(&self, target: &TargetId) -> Arc<tokio::sync::Mutex<Slot>> {
        Arc::clone(self.0.lock().entry(target.clone()).or_default())
    }
}

/// A target that is ready for use.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) id: TargetId,
    pub(super) connector: Arc<dyn TargetConnector>,
}

impl Agent {
    /// Builds the connector of a work item's target after all checks of its configuration.
    pub(super) fn connector(&self, item: &WorkItem) -> Result<Ready, ConnectorError> {
        let refuse = |message: String| ConnectorError::permanent(ErrorKind::Validation, message);
        let missing = |what: &str| refuse(format!("the job names no {what}"));
        let id = item.target_id.clone().ok_or_else(|| missing("target"))?;
        let kind = item.target_type.ok_or_else(|| missing("target type"))?;
        let config =
            RawConfig::new(item.target_config.clone().ok_or_else(|| missing("target configuration"))?);
        let inner = self.inner();
        let factory = inner
            .registry
            .get(kind)
            .ok_or_else(|| refuse(format!("this agent has no connector for {kind} targets; upgrade it")))?;
        let refused = |problems: Vec<ConfigError>| {
            let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
            refuse(format!("the configuration of target {id} is not acceptable: {}", texts.join("; ")))
        };
        factory.config_schema().check(&config).map_err(refused)?;
        factory.check(&config).map_err(refused)?;
        let connector = factory.build(&id, &config, &inner.env).map_err(refused)?;
        Ok(Ready { id, connector })
    }

    /// Clears what an attempt may have left half done, while nothing else uses the target.
    pub(super) async fn recover_alone(&self, target: &Ready) -> Result<(), ConnectorError> {
        let slot = self.inner().targets.slot(&target.id);
        slot.lock().await.settle(target).await
    }

    /// Deploys while nothing else uses the target. What a killed process may have left half done is
    /// cleared first.
    pub(super) async fn deploy_alone(
        &self,
        target: &Ready,
        plan: &Deployment,
    ) -> Result<Deployed, DeployFailure> {
        let slot = self.inner().targets.slot(&target.id);
        let mut slot = slot.lock().await;
        slot.settle(target).await.map_err(unchanged)?;
        // If this future is dropped half-way, the next use recovers.
        slot.settled = false;
        let result = target.connector.deploy(plan).await;
        let broken = |failure: &DeployFailure| matches!(failure.rollback, Rollback::AlsoFailed(_));
        slot.settled = !result.as_ref().is_err_and(broken);
        result
    }

    /// Tries a configuration out while nothing else uses the target.
    pub(super) async fn dry_run_alone(&self, target: &Ready) -> Result<String, ConnectorError> {
        let slot = self.inner().targets.slot(&target.id);
        let _slot = slot.lock().await;
        target.connector.dry_run().await
    }
}

/// A failure before anything was changed.
pub(super) fn unchanged(error: ConnectorError) -> DeployFailure {
    DeployFailure { stage: Stage::Prepare, error, rollback: Rollback::NotNeeded }
}
