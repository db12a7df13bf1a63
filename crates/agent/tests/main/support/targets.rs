//! Targets that remember what was done to them and fail on demand.

use async_trait::async_trait;
use certctl_connector_api::target::{
    DeployFailure, Deployed, Deployment, Rollback, Stage, TargetConnector, TargetEnv, TargetFactory,
    Verification,
};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, Field, FieldType, RawConfig,
};
use certctl_domain::id::TargetId;
use certctl_domain::target::TargetKind;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// How a deployment ends.
#[derive(Debug)]
pub(crate) enum Outcome {
    Fails(Stage, ConnectorError, Rollback),
}

#[derive(Debug, Default)]
struct Seen {
    events: Vec<String>,
    plans: Vec<Deployment>,
    outcomes: VecDeque<Outcome>,
}

/// All fake targets of a host. Deployments wait while the gate is closed.
#[derive(Debug)]
pub(crate) struct FakeTargets {
    seen: Mutex<Seen>,
    changed: Condvar,
    open: watch::Sender<bool>,
}

impl Default for FakeTargets {
    fn default() -> Self {
        Self { seen: Mutex::default(), changed: Condvar::new(), open: watch::Sender::new(true) }
    }
}

impl FakeTargets {
    /// Makes deployments wait after they began.
    pub(crate) fn close_gate(&self) {
        self.open.send_replace(false);
    }

    /// Lets deployments go on.
    pub(crate) fn open_gate(&self) {
        self.open.send_replace(true);
    }

    /// Makes the next deployment end this way.
    pub(crate) fn next_outcome(&self, outcome: Outcome) {
        self.seen.lock().unwrap().outcomes.push_back(outcome);
    }

    /// What happened, oldest first: `recover T`, `begin T`, `end T`, `dropped T`, `dry-run T`.
    pub(crate) fn events(&self) -> Vec<String> {
        self.seen.lock().unwrap().events.clone()
    }

    /// What was deployed, or tried to be.
    pub(crate) fn plans(&self) -> Vec<Deployment> {
        self.seen.lock().unwrap().plans.clone()
    }

    /// Blocks until `event` has happened `times` times.
    pub(crate) fn wait_for(&self, event: &str, times: usize) {
        let seen = self.seen.lock().unwrap();
        let missing = |seen: &mut Seen| seen.events.iter().filter(|found| *found == event).count() < times;
        let (seen, waited) = self.changed.wait_timeout_while(seen, Duration::from_mins(2), missing).unwrap();
        assert!(!waited.timed_out(), "`{event}` did not happen {times} times: {:?}", seen.events);
    }

    fn record(&self, event: String) {
        self.seen.lock().unwrap().events.push(event);
        self.changed.notify_all();
    }
}

const FIELDS: &[Field] = &[Field::optional("mode", FieldType::Text, "", "How to behave.")];

/// Makes fake targets, as the only kind there is.
#[derive(Debug)]
pub(super) struct FakeFactory(pub(super) Arc<FakeTargets>);

impl TargetFactory for FakeFactory {
    fn kind(&self) -> TargetKind {
        TargetKind::Nginx
    }

    fn config_schema(&self) -> ConfigSchema {
        ConfigSchema { fields: FIELDS }
    }

    fn check(&self, config: &RawConfig) -> Result<(), Vec<ConfigError>> {
        match config.fields().get("mode").and_then(|mode| mode.as_str()) {
            Some("contradictory") => Err(vec![ConfigError::new("mode", "must make sense")]),
            _ => Ok(()),
        }
    }

    fn build(
        &self,
        id: &TargetId,
        config: &RawConfig,
        env: &TargetEnv,
    ) -> Result<Arc<dyn TargetConnector>, Vec<ConfigError>> {
        assert!(env.state_dir.is_dir());
        let unreachable = config.fields().get("mode").is_some_and(|mode| mode == "unreachable");
        Ok(Arc::new(FakeTarget { id: id.clone(), unreachable, all: Arc::clone(&self.0) }))
    }
}

#[derive(Debug)]
struct FakeTarget {
    id: TargetId,
    unreachable: bool,
    all: Arc<FakeTargets>,
}

/// Records that a deployment was dropped half-way.
struct Begun<'t>(&'t FakeTarget, bool);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        let how = if self.1 { "end" } else { "dropped" };
        self.0.all.record(format!("{how} {}", self.0.id));
    }
}

#[async_trait]
impl TargetConnector for FakeTarget {
    async fn dry_run(&self) -> Result<String, ConnectorError> {
        self.all.record(format!("dry-run {}", self.id));
        if self.unreachable {
            return Err(ConnectorError::transient(ErrorKind::Network, "nobody answers"));
        }
        Ok("paths and commands are fine".to_owned())
    }

    async fn recover(&self) -> Result<(), ConnectorError> {
        self.all.record(format!("recover {}", self.id));
        Ok(())
    }

    async fn deploy(&self, plan: &Deployment) -> Result<Deployed, DeployFailure> {
        self.all.seen.lock().unwrap().plans.push(plan.clone());
        self.all.record(format!("begin {}", self.id));
        let mut begun = Begun(self, false);
        self.all.open.subscribe().wait_for(|open| *open).await.unwrap();
        begun.1 = true;
        let outcome = self.all.seen.lock().unwrap().outcomes.pop_front();
        match outcome {
            None => Ok(Deployed {
                idempotent: false,
                verification: Verification::Served {
                    endpoint: "localhost:443".to_owned(),
                    fingerprint_sha256: plan.fingerprint_sha256.clone(),
                },
            }),
            Some(Outcome::Fails(stage, error, rollback)) => Err(DeployFailure { stage, error, rollback }),
        }
    }
}
