//! The running agent: loops, job slots, retirement.

mod deploy;
mod heartbeat;
mod issue;
mod job;
mod lease;
mod report;
mod target;
mod work;

use crate::{AgentError, Facts, KeyStore, Spool, StateDir};
use certctl_client::{AgentWork, Client, ClientError};
use certctl_connector_api::TargetRegistry;
use certctl_connector_api::command::CommandRunner;
use certctl_connector_api::target::TargetEnv;
use certctl_domain::Clock;
use certctl_domain::id::{AgentId, IdSource, JobId};
use certctl_lifecycle::Tasks;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Times and limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Time between heartbeats, give or take a tenth.
    pub heartbeat_interval: Duration,
    /// How long the server may keep a poll waiting for work.
    pub poll_wait: Duration,
    /// Jobs that run at the same time, at least 1.
    pub job_concurrency: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            heartbeat_interval: Duration::from_mins(1),
            poll_wait: Duration::from_secs(30),
            job_concurrency: 4,
        }
    }
}

/// Everything an agent is made of.
#[derive(Debug)]
pub struct AgentParts {
    /// Times and limits.
    pub options: Options,
    /// Connection to the server, with the agent's credential.
    pub client: Client,
    /// Identifier of the agent.
    pub agent_id: AgentId,
    /// State directory.
    pub state: StateDir,
    /// Connectors.
    pub registry: TargetRegistry,
    /// Runs the commands of connectors.
    pub commands: Arc<dyn CommandRunner>,
    /// Directories below which targets may have files; `None` allows every place.
    pub allowed_paths: Option<Vec<PathBuf>>,
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Ids; also the source of jitter.
    pub ids: Arc<dyn IdSource>,
    /// Facts about the host.
    pub facts: Facts,
}

/// An agent. Clones are the same agent.
#[derive(Debug, Clone)]
pub struct Agent(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    client: Client,
    id: AgentId,
    /// This process: a new instance takes over the leases of older ones.
    instance: String,
    keys: KeyStore,
    spool: Spool,
    registry: TargetRegistry,
    env: TargetEnv,
    ids: Arc<dyn IdSource>,
    facts: Facts,
    tasks: Tasks,
    slots: Arc<Semaphore>,
    running: Mutex<BTreeSet<JobId>>,
    targets: target::Targets,
    retired: AtomicBool,
    /// Holds the lock for as long as the agent lives.
    _state: StateDir,
}

impl Agent {
    /// Puts an agent together. Nothing runs yet.
    pub fn new(parts: AgentParts, tasks: &Tasks) -> Result<Self, AgentError> {
        let env = TargetEnv {
            clock: parts.clock,
            commands: parts.commands,
            allowed_paths: parts.allowed_paths,
            state_dir: parts.state.targets()?,
        };
        Ok(Self(Arc::new(Inner {
            client: parts.client,
            id: parts.agent_id,
            instance: parts.ids.next().to_string(),
            keys: parts.state.key_store(),
            spool: parts.state.spool()?,
            registry: parts.registry,
            env,
            ids: parts.ids,
            facts: parts.facts,
            tasks: tasks.clone(),
            slots: Arc::new(Semaphore::new(parts.options.job_concurrency.max(1))),
            running: Mutex::default(),
            targets: target::Targets::default(),
            retired: AtomicBool::new(false),
            options: parts.options,
            _state: parts.state,
        })))
    }

    /// Starts heartbeats and work in the background, until the soft stop. Jobs that run then are
    /// finished. Retirement by the server begins an ordinary shutdown.
    pub fn start(&self) {
        let tasks = &self.0.tasks;
        let (beating, working) = (self.clone(), self.clone());
        tasks.spawn_essential("heartbeat", async move {
            beating.heartbeats().await;
            Ok(())
        });
        tasks.spawn_essential("work", async move {
            working.work().await;
            Ok(())
        });
    }

    fn inner(&self) -> &Inner {
        &self.0
    }

    fn api(&self) -> AgentWork<'_> {
        self.0.client.agent_work(&self.0.id)
    }

    fn is_retired(&self) -> bool {
        self.0.retired.load(Ordering::SeqCst)
    }

    /// Looks at an error for what concerns the whole agent.
    fn heed(&self, error: &ClientError) {
        match error.status() {
            Some(410) if !self.0.retired.swap(true, Ordering::SeqCst) => {
                tracing::error!(
                    agent.id = %self.0.id,
                    "the server has retired agent {}: it stops for good; its keys stay in place", self.0.id,
                );
                self.0.tasks.draining().cancel();
            }
            Some(401 | 403) => tracing::error!(
                agent.id = %self.0.id,
                "the server does not accept the credential of agent {}; enrol again with `certctl-agent enroll --force`",
                self.0.id,
            ),
            None if error.is_untrusted_certificate() => tracing::error!(
                "the certificate of {} is not trusted here; pass its CA with --ca-bundle (CERTCTL_SERVER_CA_BUNDLE_PATH)",
                self.0.client.server(),
            ),
            _ => {}
        }
    }

    /// Runs file or key work on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Inner) -> Result<T, AgentError> + Send + 'static,
    ) -> Result<T, AgentError> {
        let agent = self.clone();
        self.0.tasks.spawn_blocking(name, move || work(agent.inner())).await?
    }
}
