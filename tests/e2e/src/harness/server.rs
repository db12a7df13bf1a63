//! A server process.

use super::{PATIENCE, Running, programs, read};
use anyhow::{Context, Result, bail};
use certctl_client::Client;
use certctl_crypto::SecretString;
use certctl_test_support::free_port;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const READY: &str = "certctl is ready at ";
const FIRST_KEY: &str = "Admin API key (shown only once): ";
/// Tries to find a port that nobody else takes in the same moment.
const PORT_ATTEMPTS: u32 = 5;

/// How to start a server. Its environment holds nothing but what is set here.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    directory: PathBuf,
    variables: BTreeMap<String, String>,
}

impl ServerSettings {
    /// A server called `name` with its data in `<directory>/<name>` and its output beside that.
    pub fn new(directory: &Path, name: &str) -> Result<Self> {
        let settings = Self {
            name: name.to_owned(),
            program: programs()?.server.clone(),
            arguments: Vec::new(),
            directory: directory.to_owned(),
            variables: BTreeMap::new(),
        };
        let data = settings.data_dir();
        Ok(settings.with("CERTCTL_DATA_DIR", data.display()).with("CERTCTL_LOG_FORMAT", "text"))
    }

    /// Sets a variable.
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.variables.insert(name.to_owned(), value.to_string());
        self
    }

    /// Unsets a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// The same settings for another server, with a data directory of its own.
    pub fn sibling(&self, name: &str) -> Self {
        let sibling = Self { name: name.to_owned(), ..self.clone() }.without("CERTCTL_SERVER_PORT");
        let data = sibling.data_dir();
        sibling.with("CERTCTL_DATA_DIR", data.display())
    }

    /// Another program that behaves like the server, with arguments before the command.
    pub fn program(mut self, program: &Path, arguments: &[&str]) -> Self {
        program.clone_into(&mut self.program);
        self.arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        self
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// The program's path.
    pub fn program_path(&self) -> &Path {
        &self.program
    }

    /// A value that was set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Sets the environment of `command` to exactly that of this server.
    pub fn apply<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("RUST_BACKTRACE", "0");
        command.envs(&self.variables).current_dir(&self.directory).stdin(Stdio::null())
    }

    /// Runs a command such as `enroll-token` to its end.
    pub fn command(&self, arguments: &[&str]) -> Result<Output> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(arguments);
        self.apply(&mut command).output().with_context(|| format!("cannot run {}", self.program.display()))
    }

    /// Starts the server and waits until it is ready. Unless a port is set, a free one is chosen.
    pub fn start(&self) -> Result<ServerProcess> {
        if self.variables.contains_key("CERTCTL_SERVER_PORT") {
            return self.start_once();
        }
        let mut last = None;
        for _ in 0..PORT_ATTEMPTS {
            match self.clone().with("CERTCTL_SERVER_PORT", free_port()?).start_once() {
                Err(error) if format!("{error:#}").contains("in use") => last = Some(error),
                outcome => return outcome,
            }
        }
        Err(last.context("no attempt was made")?)
    }

    fn start_once(&self) -> Result<ServerProcess> {
        let mut server = self.launch()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(url) = server.announced(READY) {
                server.url = url;
                return Ok(server);
            }
            if let Some(status) = server.running.exit_status()? {
                bail!("the server ended before it was ready ({status}); {}", server.running.story());
            }
            if Instant::now() >= deadline {
                bail!("the server is not ready after {} s; {}", PATIENCE.as_secs(), server.running.story());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the server without waiting for anything.
    pub fn launch(&self) -> Result<ServerProcess> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        self.apply(&mut command);
        let output = self.directory.join(format!("{}.out", self.name));
        let read_from = std::fs::metadata(&output).map(|file| file.len()).unwrap_or_default();
        let running = Running::start(&self.name, &mut command, &self.directory)?;
        Ok(ServerProcess {
            settings: self.clone(),
            running,
            url: String::new(),
            read_from: usize::try_from(read_from)?,
        })
    }
}

/// A running server.
#[derive(Debug)]
pub struct ServerProcess {
    settings: ServerSettings,
    /// The process.
    pub running: Running,
    url: String,
    /// Where the output of this start begins.
    read_from: usize,
}

impl ServerProcess {
    /// `https://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How it was started; with the chosen port, so that a restart keeps its address.
    pub const fn settings(&self) -> &ServerSettings {
        &self.settings
    }

    /// PEM file with the certificate to trust.
    pub fn ca_bundle(&self) -> PathBuf {
        match self.settings.variable("CERTCTL_SERVER_TLS_CERT_PATH") {
            Some(path) => path.into(),
            None => self.settings.data_dir().join("tls/server.crt"),
        }
    }

    /// The admin key it printed at this start, when it made one.
    pub fn first_key(&self) -> Option<SecretString> {
        self.announced(FIRST_KEY).map(SecretString::new)
    }

    /// A client with this credential.
    pub fn client(&self, token: &SecretString) -> Result<Client> {
        Ok(Client::builder(self.url())
            .ca_bundle_pem(read(&self.ca_bundle())?)
            .token(token.clone())
            .read_retries(Vec::new())
            .build()?)
    }

    /// A client without a credential.
    pub fn anonymous(&self) -> Result<Client> {
        let client = Client::builder(self.url()).ca_bundle_pem(read(&self.ca_bundle())?);
        Ok(client.read_retries(Vec::new()).build()?)
    }

    /// The rest of the line of standard output that begins with `prefix`.
    fn announced(&self, prefix: &str) -> Option<String> {
        let output = self.running.output();
        let mut lines = output.get(self.read_from..)?.lines();
        lines.find_map(|line| line.strip_prefix(prefix)).map(|rest| rest.trim().to_owned())
    }
}
