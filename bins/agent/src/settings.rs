//! The effective settings: command line, then environment, then TOML file, then defaults.

use crate::args::Options;
use crate::world::hostname;
use anyhow::{Context as _, anyhow};
use certctl_client::{Builder, Client};
use certctl_connector_api::command::CommandRunner;
use certctl_crypto::SecretString;
use certctl_deploy::{AllowList, AllowedCommands, ProcessRunner};
use certctl_domain::id::AgentId;
use certctl_lifecycle::{Exit, Explain as _, Failure, LifecycleOptions};
use certctl_telemetry::{LogFormat, LogOptions};
use serde::Deserialize;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const DEFAULT_SERVER: &str = "https://localhost:8443";
const DEFAULT_STATE: &str = "/var/lib/certctl";
const DEFAULT_COMMANDS: &str = "/etc/certctl/agent-commands.toml";

/// The TOML file. Unknown keys are refused, so that a typo is not a silent default.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    server: Option<String>,
    agent_id: Option<String>,
    api_key: Option<String>,
    api_key_file: Option<PathBuf>,
    name: Option<String>,
    state_dir: Option<PathBuf>,
    key_dir: Option<PathBuf>,
    ca_bundle: Option<PathBuf>,
    commands_file: Option<PathBuf>,
    insecure_skip_verify: Option<bool>,
    log_level: Option<String>,
    heartbeat_interval: Option<Span>,
    poll_wait: Option<Span>,
    job_concurrency: Option<usize>,
    shutdown_grace: Option<Span>,
}

#[derive(Deserialize)]
struct Span(#[serde(deserialize_with = "certctl_connector_api::schema::duration::deserialize")] Duration);

/// Everything the program needs to know, checked.
#[derive(Debug)]
pub(crate) struct Settings {
    /// URL of the server, when one was given.
    pub(crate) server: Option<String>,
    /// Who the agent is, when that was given.
    pub(crate) identity: Option<(AgentId, SecretString)>,
    pub(crate) name: String,
    pub(crate) state_dir: PathBuf,
    pub(crate) key_dir: PathBuf,
    pub(crate) run: certctl_agent::Options,
    pub(crate) lifecycle: LifecycleOptions,
    /// What the server may do here; `None` allows everything.
    pub(crate) allowed: Option<AllowList>,
    ca_bundle: Option<(PathBuf, Vec<u8>)>,
    insecure_skip_verify: bool,
    log_level: String,
    discovery_wanted: bool,
}

impl Settings {
    /// Merges and checks everything. Any problem is a configuration failure.
    pub(crate) fn load(options: Options) -> anyhow::Result<Self> {
        Self::merge(options).exit_with(Exit::Configuration)
    }

    fn merge(options: Options) -> anyhow::Result<Self> {
        let file = match present(options.config) {
            Some(path) => read_file(&path)?,
            None => Document::default(),
        };
        let key_dir = present(options.key_dir).or(file.key_dir);
        let above = key_dir.as_deref().and_then(Path::parent).filter(|above| !above.as_os_str().is_empty());
        let state_dir = present(options.state_dir)
            .or(file.state_dir)
            .or_else(|| above.map(Path::to_path_buf))
            .unwrap_or_else(|| PathBuf::from(DEFAULT_STATE));
        let state_dir = absolute(&state_dir)?;
        let agent_id = text(options.agent_id).or_else(|| text(file.agent_id));
        let api_key = options
            .api_key
            .filter(|key| !key.expose().is_empty())
            .or_else(|| text(file.api_key).map(SecretString::new));
        let api_key = match (api_key, present(options.api_key_file).or(file.api_key_file)) {
            (None, Some(path)) => Some(read_secret(&path)?),
            (key, _) => key,
        };
        let ca_bundle = match present(options.ca_bundle).or(file.ca_bundle) {
            Some(path) => {
                let pem = std::fs::read(&path)
                    .with_context(|| format!("cannot read the CA bundle {}", path.display()))?;
                Some((path, pem))
            }
            None => None,
        };
        let span = |flag: Option<Duration>, file: Option<Span>, default: u64| {
            flag.or(file.map(|span| span.0)).unwrap_or(Duration::from_secs(default))
        };
        let run = certctl_agent::Options {
            heartbeat_interval: span(options.heartbeat_interval, file.heartbeat_interval, 60),
            poll_wait: span(options.poll_wait, file.poll_wait, 30),
            job_concurrency: options.job_concurrency.or(file.job_concurrency).unwrap_or(4),
        };
        within("heartbeat-interval", run.heartbeat_interval.as_secs(), 1..=3600, "seconds")?;
        within("poll-wait", run.poll_wait.as_secs(), 1..=60, "seconds")?;
        within("job-concurrency", u64::try_from(run.job_concurrency).unwrap_or(u64::MAX), 1..=64, "jobs")?;
        Ok(Self {
            server: text(options.server).or_else(|| text(file.server)),
            identity: identity(agent_id, api_key)?,
            name: text(options.name).or_else(|| text(file.name)).unwrap_or_else(hostname),
            key_dir: key_dir.map_or_else(|| Ok(state_dir.join("keys")), |path| absolute(&path))?,
            state_dir,
            run,
            lifecycle: LifecycleOptions {
                grace: span(options.shutdown_grace, file.shutdown_grace, 30),
                notify_socket: options.notify_socket,
                ..LifecycleOptions::default()
            },
            allowed: allow_list(present(options.commands_file).or(file.commands_file))?,
            ca_bundle,
            insecure_skip_verify: options
                .insecure_skip_verify
                .or(file.insecure_skip_verify)
                .unwrap_or_default(),
            log_level: text(options.log_level)
                .or_else(|| text(file.log_level))
                .unwrap_or_else(|| "info".to_owned()),
            discovery_wanted: options.discovery_dirs.is_some_and(|dirs| !dirs.is_empty()),
        })
    }

    /// Starts logging to standard error, and says what has no effect.
    pub(crate) fn start_logging(&self) -> anyhow::Result<()> {
        let options = LogOptions { level: self.log_level.clone(), format: LogFormat::Json };
        certctl_telemetry::init(&options).exit_with(Exit::Configuration)?;
        if self.discovery_wanted {
            tracing::warn!(
                "CERTCTL_DISCOVERY_DIRS has no effect yet: this agent does not scan for certificates"
            );
        }
        Ok(())
    }

    /// Runs what the server may run here; says so when that is everything.
    pub(crate) fn command_runner(&self) -> Arc<dyn CommandRunner> {
        if let Some(rules) = &self.allowed {
            return Arc::new(AllowedCommands::new(ProcessRunner, rules.clone()));
        }
        tracing::warn!(
            "the server can run any command as this agent's user; to restrict it, list the allowed commands \
             in {DEFAULT_COMMANDS}"
        );
        Arc::new(ProcessRunner)
    }

    /// A client of the server: the one that was given, else `known`, else the local one.
    pub(crate) fn client(&self, known: Option<&str>, token: Option<SecretString>) -> anyhow::Result<Client> {
        let url = self.server.as_deref().or(known).unwrap_or(DEFAULT_SERVER);
        let mut builder = Client::builder(url)
            .user_agent(concat!("certctl-agent/", env!("CARGO_PKG_VERSION")))
            .insecure_skip_verify(self.insecure_skip_verify);
        if let Some((_path, pem)) = &self.ca_bundle {
            builder = builder.ca_bundle_pem(pem.clone());
        }
        if let Some(token) = token {
            builder = builder.token(token);
        }
        proxied(builder, url).build().exit_with(Exit::Configuration)
    }

    /// The settings as `check-config` shows them.
    pub(crate) fn describe(&self, enrolled: Option<&certctl_agent::Credential>) -> String {
        let known = enrolled.map(|credential| credential.server.as_str());
        let agent = match (&self.identity, enrolled) {
            (Some((id, _key)), _) => format!("{id} (API key given)"),
            (None, Some(credential)) => format!("{} (enrolled)", credential.agent_id),
            (None, None) => "none: enrol this host first".to_owned(),
        };
        let trust = match &self.ca_bundle {
            _ if self.insecure_skip_verify => "ANY certificate (insecure-skip-verify)".to_owned(),
            Some((path, _pem)) => path.display().to_string(),
            None => "system trust store".to_owned(),
        };
        let (commands, paths) = match &self.allowed {
            None => ("ANY that the server sends".to_owned(), None),
            Some(rules) => {
                let names = rules.names().collect::<Vec<_>>().join(", ");
                (format!("{names} (from {})", rules.file().display()), rules.paths())
            }
        };
        let paths = paths.map_or_else(
            || "ANY that the server sends".to_owned(),
            |paths| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
        );
        let lines = [
            ("server", self.server.as_deref().or(known).unwrap_or(DEFAULT_SERVER).to_owned()),
            ("trust", trust),
            ("agent", agent),
            ("name", self.name.clone()),
            ("state-dir", self.state_dir.display().to_string()),
            ("key-dir", self.key_dir.display().to_string()),
            ("commands", commands),
            ("paths", paths),
            ("log-level", self.log_level.clone()),
            ("heartbeat-interval", format!("{:?}", self.run.heartbeat_interval)),
            ("poll-wait", format!("{:?}", self.run.poll_wait)),
            ("job-concurrency", self.run.job_concurrency.to_string()),
            ("shutdown-grace", format!("{:?}", self.lifecycle.grace)),
        ];
        lines.iter().fold(String::new(), |mut text, (name, value)| {
            let _ = writeln!(text, "{name:<18} {value}");
            text
        })
    }
}

/// A server on this host is never behind a proxy.
fn proxied(builder: Builder, server: &str) -> Builder {
    let is_local = url::Url::parse(server).is_ok_and(|url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    });
    if is_local { builder } else { builder.proxy_from_environment() }
}

fn identity(
    id: Option<String>,
    key: Option<SecretString>,
) -> anyhow::Result<Option<(AgentId, SecretString)>> {
    match (id, key) {
        (None, None) => Ok(None),
        (Some(id), Some(key)) => Ok(Some((AgentId::parse(&id)?, key))),
        (Some(_), None) => Err(Failure::configuration(anyhow!("an agent id is given, but no API key"))
            .with_hints(["Set CERTCTL_API_KEY too, or unset CERTCTL_AGENT_ID and enrol: certctl-agent enroll --token …"])
            .into()),
        (None, Some(_)) => Err(Failure::configuration(anyhow!("an API key is given, but no agent id"))
            .with_hints(["Set CERTCTL_AGENT_ID too, or unset CERTCTL_API_KEY and enrol: certctl-agent enroll --token …"])
            .into()),
    }
}

/// A secret from a file, without the line end that editors add.
pub(crate) fn read_secret(path: &Path) -> anyhow::Result<SecretString> {
    let content = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the secret in {}", path.display()))?;
    anyhow::ensure!(!content.trim().is_empty(), "{} is empty", path.display());
    Ok(SecretString::new(content.trim()))
}

fn read_file(path: &Path) -> anyhow::Result<Document> {
    let content = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    // The error quotes the offending line, which may hold the key; its message does not.
    toml::from_str(&content).map_err(|error| anyhow!("{}: {}", path.display(), error.message()))
}

/// The rules in `given`, which has to exist, else those in the default place, which need not.
fn allow_list(given: Option<PathBuf>) -> anyhow::Result<Option<AllowList>> {
    let default = Path::new(DEFAULT_COMMANDS);
    let path = match given {
        Some(path) => absolute(&path)?,
        // Only certain absence opens the host: a broken link or a closed directory does not.
        None => match std::fs::symlink_metadata(default) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            _ => default.to_owned(),
        },
    };
    Ok(Some(AllowList::load(&path)?))
}

/// Paths must mean the same in every child process, whatever its working directory is.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is not a path", path.display()))
}

fn within(name: &str, value: u64, range: RangeInclusive<u64>, unit: &str) -> anyhow::Result<()> {
    let (least, most) = (*range.start(), *range.end());
    anyhow::ensure!(range.contains(&value), "{name} must be {least} to {most} {unit}, it is {value}");
    Ok(())
}

/// An empty line of an environment file sets nothing.
fn text(value: Option<String>) -> Option<String> {
    value.filter(|text| !text.trim().is_empty())
}

fn present(path: Option<PathBuf>) -> Option<PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty())
}
