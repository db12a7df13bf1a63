//! The whole configuration and its loading.

use crate::env::EnvSource;
use crate::error::{ConfigError, ConfigErrors};
use crate::file::{self, FileValues};
use crate::known::{FOREIGN, LATER, matches};
use crate::nearest::nearest;
use crate::reader::{Reader, Setting};
use crate::section::audit::{self, Audit};
use crate::section::auth::{self, Auth};
use crate::section::channels::{self, Channels};
use crate::section::database::{self, Database};
use crate::section::demo::{self, Demo};
use crate::section::digest::{self, Digest};
use crate::section::edge::{self, Edge};
use crate::section::encryption::{self, Encryption};
use crate::section::export::{self, Export};
use crate::section::guards::{self, Guards};
use crate::section::jobs::{self, Jobs};
use crate::section::keys;
use crate::section::log::{self, Log};
use crate::section::monitoring::{self, Monitoring};
use crate::section::pki::{self, Pki};
use crate::section::policy::{self, Policy};
use crate::section::relying_party::{self, RelyingParty};
use crate::section::retention::{self, Retention};
use crate::section::scheduler::{self, Scheduler};
use crate::section::server::{self, Http};
use crate::section::shutdown::{self, Shutdown};
use crate::section::tls::{self, Tls};
use std::path::{Path, PathBuf};

/// Names the TOML file when no path is given on the command line.
pub(crate) const CONFIG_FILE: &str = "CERTCTL_CONFIG_FILE";

/// The server's configuration. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Directory of what the server makes itself.
    pub data_dir: PathBuf,
    /// HTTPS listener.
    pub http: Http,
    /// Limits, proxies, other origins, the metrics listener.
    pub edge: Edge,
    /// The server's own certificate.
    pub tls: Tls,
    /// Database.
    pub database: Database,
    /// Logging.
    pub log: Log,
    /// Authentication.
    pub auth: Auth,
    /// Encryption of stored secrets.
    pub encryption: Encryption,
    /// Exports.
    pub export: Export,
    /// Demo data.
    pub demo: Demo,
    /// Issuing.
    pub pki: Pki,
    /// What relying parties are served.
    pub relying_party: RelyingParty,
    /// What compliance rules stop.
    pub policy: Policy,
    /// Periods of the periodic tasks.
    pub scheduler: Scheduler,
    /// What stops automatic issuance from going in circles.
    pub guards: Guards,
    /// Limits of jobs.
    pub jobs: Jobs,
    /// How long what is over is kept.
    pub retention: Retention,
    /// The digest.
    pub digest: Digest,
    /// Notification channels of the environment.
    pub channels: Channels,
    /// Who outside is told that the server works.
    pub monitoring: Monitoring,
    /// The audit trail and the log of API calls.
    pub audit: Audit,
    /// Times of a shutdown.
    pub shutdown: Shutdown,
    settings: Vec<Setting>,
    warnings: Vec<String>,
}

impl ServerConfig {
    /// Reads defaults, then `file` (or the file that `CERTCTL_CONFIG_FILE` names), then the
    /// `CERTCTL_*` variables of `env`. Besides these and files that hold secrets nothing is touched:
    /// paths are not opened and addresses are not resolved.
    pub fn load(env: &dyn EnvSource, file: Option<&Path>) -> Result<Self, ConfigErrors> {
        let named = env.get(CONFIG_FILE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let path = file.or(named.as_deref());
        let mut errors = Vec::new();
        let values = path.and_then(|path| {
            let values = file::read(path).map_err(|error| errors.push(error)).ok()?;
            errors.extend(unknown_paths(path, &values));
            Some((path, values))
        });
        let mut reader = Reader::new(env, values);
        let (http, data_dir) = server::read(&mut reader);
        let edge = edge::read(&mut reader);
        let tls = tls::read(&mut reader);
        let database = database::read(&mut reader, &data_dir);
        let log = log::read(&mut reader);
        let auth = auth::read(&mut reader, &http.host);
        let encryption = encryption::read(&mut reader);
        let demo = demo::read(&mut reader);
        let export = export::read(&mut reader);
        let pki = pki::read(&mut reader);
        let relying_party = relying_party::read(&mut reader);
        let policy = policy::read(&mut reader);
        let scheduler = scheduler::read(&mut reader);
        let jobs = jobs::read(&mut reader);
        let retention = retention::read(&mut reader);
        let channels = channels::read(&mut reader);
        let monitoring = monitoring::read(&mut reader);
        let guards = guards::read(&mut reader);
        let digest = digest::read(&mut reader);
        let audit = audit::read(&mut reader);
        let shutdown = shutdown::read(&mut reader);

        let Reader { errors: refused, mut warnings, settings, .. } = reader;
        errors.extend(refused);
        check_names(env, &mut errors, &mut warnings);
        ConfigErrors::check(errors)?;
        Ok(Self {
            data_dir,
            http,
            edge,
            tls,
            database,
            log,
            auth,
            encryption,
            export,
            demo,
            pki,
            relying_party,
            policy,
            scheduler,
            guards,
            jobs,
            retention,
            digest,
            channels,
            monitoring,
            audit,
            shutdown,
            settings,
            warnings,
        })
    }

    /// Every key with its value and where it comes from, secrets redacted, in the order of the
    /// reference page.
    pub fn effective_settings(&self) -> &[Setting] {
        &self.settings
    }

    /// What is accepted but deserves a look; to be logged once logging runs.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Sorts the `CERTCTL_*` variables into known, without effect, and unknown.
fn check_names(env: &dyn EnvSource, errors: &mut Vec<ConfigError>, warnings: &mut Vec<String>) {
    let mut names: Vec<String> =
        env.names().into_iter().filter(|name| name.starts_with("CERTCTL_")).collect();
    names.sort_unstable();
    for name in names {
        let base = name.strip_suffix("_FILE").unwrap_or(&name);
        let is_own = keys().any(|key| key.env == name || (key.is_secret() && key.env == base));
        let is_foreign = FOREIGN.iter().any(|pattern| matches(pattern, &name) || matches(pattern, base));
        if is_own || is_foreign || name == CONFIG_FILE || env.get(&name).is_some_and(|value| value.is_empty())
        {
            continue;
        }
        let is_meant = |pattern: &&str| matches(pattern, &name) || matches(pattern, base);
        if let Some(later) = LATER.iter().find(|later| later.names.iter().any(is_meant)) {
            warnings.push(format!("{name} has no effect yet: this version does not have {}", later.feature));
            continue;
        }
        let known = keys().map(|key| key.env).chain(FOREIGN.iter().copied());
        let known = known.chain(LATER.iter().flat_map(|later| later.names.iter().copied()));
        errors.push(unknown(&name, "there is no such variable", known.filter(|known| !known.ends_with('*'))));
    }
}

fn unknown_paths(file: &Path, values: &FileValues) -> Vec<ConfigError> {
    let is_known = |path: &str| {
        keys()
            .any(|key| key.toml == path || (key.is_secret() && path.strip_suffix("_file") == Some(key.toml)))
    };
    let unknown_path = |path: &String| {
        let mut error = unknown(path, "there is no such key", keys().map(|key| key.toml));
        error.place = format!("{}: {path}", file.display());
        error
    };
    values.keys().filter(|path| !is_known(path)).map(unknown_path).collect()
}

fn unknown<'n>(name: &str, problem: &str, known: impl IntoIterator<Item = &'n str>) -> ConfigError {
    let problem = match nearest(name, known) {
        Some(similar) => format!("{problem}; similar: {similar}"),
        None => problem.to_owned(),
    };
    let hint = Some("All keys are listed in docs/reference/configuration.md.".to_owned());
    ConfigError { place: name.to_owned(), problem, hint }
}
