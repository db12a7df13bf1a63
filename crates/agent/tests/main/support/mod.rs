//! A host with an agent: state directory, control plane, targets, processes that come and go.

mod targets;

pub(crate) use targets::{FakeTargets, Outcome};

use anyhow::Result;
use certctl_agent::{Agent, AgentError, AgentParts, Credential, Facts, Options, StateDir};
use certctl_client::Client;
use certctl_connector_api::TargetRegistry;
use certctl_connector_api::command::{Argv, CommandError, CommandOutput, CommandRunner};
use certctl_crypto::SecretString;
use certctl_domain::id::{AgentId, IdSource};
use certctl_domain::{Clock, Timestamp};
use certctl_fake_server::{ControlPlane, now};
use certctl_lifecycle::{Lifecycle, LifecycleOptions, ShutdownSteps, Signal, SignalSender};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

/// The real time, so that fresh certificates are valid.
#[derive(Debug)]
struct RealClock;
impl Clock for RealClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// Counts; the upper half tells processes apart.
#[derive(Debug)]
struct Ids(u64, AtomicU64);
impl IdSource for Ids {
    fn next(&self) -> Uuid {
        Uuid::from_u64_pair(self.0, self.1.fetch_add(1, Ordering::SeqCst))
    }
}

/// Fake targets run no commands.
#[derive(Debug)]
struct NoCommands;
#[async_trait::async_trait]
impl CommandRunner for NoCommands {
    async fn run(&self, command: &Argv, limit: Duration) -> Result<CommandOutput, CommandError> {
        Err(CommandError::TimedOut { program: command.program().to_owned(), limit })
    }
}

/// A host on which agent processes run, one after the other.
pub(crate) struct Host {
    pub(crate) plane: ControlPlane,
    pub(crate) targets: Arc<FakeTargets>,
    pub(crate) options: Options,
    pub(crate) grace: Duration,
    directory: TempDir,
    agent: AgentId,
    api_key: SecretString,
    processes: AtomicU64,
}

impl Host {
    pub(crate) fn new() -> Self {
        let plane = ControlPlane::start().unwrap();
        let (agent, api_key) = plane.agent().unwrap();
        Self {
            plane,
            targets: Arc::default(),
            options: Options::default(),
            grace: Duration::from_secs(30),
            directory: TempDir::new().unwrap(),
            agent,
            api_key: SecretString::new(api_key),
            processes: AtomicU64::new(1),
        }
    }

    /// The state directory.
    pub(crate) fn root(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// The key file of a version.
    pub(crate) fn key_file(&self, certificate: &str, version: &str) -> PathBuf {
        self.root().join("keys").join(certificate).join(version).join("key.pem")
    }

    /// A client that trusts the control plane.
    pub(crate) fn client(&self, api_key: SecretString) -> Client {
        Client::builder(self.plane.url()).ca_bundle_pem(self.plane.ca_pem()).token(api_key).build().unwrap()
    }

    /// Starts an agent process with the agent's credential.
    pub(crate) fn start(&self) -> Process {
        self.start_with(self.api_key.clone())
    }

    /// Starts an agent process with some credential.
    pub(crate) fn start_with(&self, api_key: SecretString) -> Process {
        let process = Process::new(self.grace);
        self.agent(&process, api_key).start();
        process
    }

    /// Does what `run --once` does.
    pub(crate) fn once(&self) -> Result<(), AgentError> {
        let process = Process::new(self.grace);
        let agent = self.agent(&process, self.api_key.clone());
        let outcome = process.runtime.block_on(agent.run_once());
        drop(agent);
        process.kill();
        outcome
    }

    fn agent(&self, process: &Process, api_key: SecretString) -> Agent {
        let parts = AgentParts {
            options: self.options,
            client: self.client(api_key),
            agent_id: self.agent.clone(),
            state: StateDir::open(&self.root(), None).unwrap(),
            registry: TargetRegistry::new(vec![Arc::new(targets::FakeFactory(Arc::clone(&self.targets)))]),
            commands: Arc::new(NoCommands),
            allowed_paths: None,
            clock: Arc::new(RealClock),
            ids: Arc::new(Ids(self.processes.fetch_add(1, Ordering::SeqCst), AtomicU64::new(0))),
            facts: facts(),
        };
        Agent::new(parts, process.life.tasks()).unwrap()
    }
}

pub(crate) fn facts() -> Facts {
    Facts::new("1.2.3", "web1")
}

/// A credential for tests of the state directory.
pub(crate) fn credential(agent: &str) -> Credential {
    Credential {
        agent_id: AgentId::parse(agent).unwrap(),
        api_key: SecretString::new("s3cret"),
        server: "https://localhost:8443/".to_owned(),
    }
}

/// A process: its runtime and its shutdown.
pub(crate) struct Process {
    runtime: Runtime,
    life: Lifecycle,
    signals: SignalSender,
    ended: Receiver<Result<()>>,
}

impl Process {
    fn new(grace: Duration) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let inside = runtime.enter();
        let (life, signals) = Lifecycle::manual(LifecycleOptions { grace, ..LifecycleOptions::default() });
        let (tell, ended) = channel();
        let main = life.clone();
        runtime.spawn(async move {
            let _ = tell.send(main.run_until_stopped(ShutdownSteps::default()).await);
        });
        drop(inside);
        Self { runtime, life, signals, ended }
    }

    /// Sends SIGTERM without waiting.
    pub(crate) fn signal(&self) {
        self.signals.send(Signal::Stop("SIGTERM"));
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(self) -> Result<()> {
        let outcome = self.ended.recv_timeout(Duration::from_mins(2)).unwrap();
        self.kill();
        outcome
    }

    /// SIGTERM, and wait.
    pub(crate) fn terminate(self) -> Result<()> {
        self.signal();
        self.wait()
    }

    /// SIGKILL: every task stops where it is.
    pub(crate) fn kill(self) {
        drop(self.life);
        self.runtime.shutdown_timeout(Duration::from_secs(10));
    }
}
