//! An agent process.

use super::{Running, ServerProcess, programs, read};
use anyhow::{Context, Result, ensure};
use certctl_crypto::SecretString;
use certctl_domain::id::AgentId;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to start an agent. Its environment holds nothing but a search path.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    name: String,
    program: PathBuf,
    directory: PathBuf,
    server: String,
    ca_bundle: PathBuf,
}

impl AgentSettings {
    /// An agent called `name` of `server`, with its state in `<directory>/<name>`.
    pub fn new(directory: &Path, name: &str, server: &ServerProcess) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            program: programs()?.agent.clone(),
            directory: directory.to_owned(),
            server: server.url().to_owned(),
            ca_bundle: server.ca_bundle(),
        })
    }

    /// The state directory.
    pub fn state_dir(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Trades an enrolment token for a credential in the state directory.
    pub fn enrol(&self, token: &str) -> Result<()> {
        let output = self.command().args(["enroll", "--token", token, "--name", &self.name]).output()?;
        ensure!(
            output.status.success(),
            "the agent could not enrol ({}): {}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        );
        Ok(())
    }

    /// Starts the agent. It needs a credential.
    pub fn start(&self) -> Result<AgentProcess> {
        let credential = self.credential()?;
        let field = |name: &str| {
            let value = credential.get(name).and_then(serde_json::Value::as_str);
            value.map(ToOwned::to_owned).with_context(|| format!("credential.json has no {name}"))
        };
        let (id, token) = (AgentId::parse(&field("agent_id")?)?, SecretString::new(field("api_key")?));
        let mut command = self.command();
        command.args(["run", "--heartbeat-interval", "5s"]);
        let running = Running::start(&self.name, &mut command, &self.directory)?;
        Ok(AgentProcess { settings: self.clone(), running, id, token })
    }

    fn credential(&self) -> Result<serde_json::Value> {
        Ok(serde_json::from_str(&read(&self.state_dir().join("credential.json"))?)?)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("RUST_BACKTRACE", "0");
        command.env("CERTCTL_SERVER_URL", &self.server);
        command.env("CERTCTL_SERVER_CA_BUNDLE_PATH", &self.ca_bundle);
        command.env("CERTCTL_STATE_DIR", self.state_dir());
        command.current_dir(&self.directory).stdin(Stdio::null());
        command
    }
}

/// A running agent.
#[derive(Debug)]
pub struct AgentProcess {
    settings: AgentSettings,
    /// The process.
    pub running: Running,
    /// Its id.
    pub id: AgentId,
    /// Its credential.
    pub token: SecretString,
}

impl AgentProcess {
    /// How it was started.
    pub const fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// Starts it again with the same state.
    pub fn restart(&mut self) -> Result<()> {
        self.running = self.settings.start()?.running;
        Ok(())
    }
}
