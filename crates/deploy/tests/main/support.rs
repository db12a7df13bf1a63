//! A target in a private directory, certificates for it, and commands that behave as told.

use async_trait::async_trait;
use certctl_connector_api::command::{Argv, CommandError, CommandOutput, CommandRunner};
use certctl_connector_api::target::{DeployFailure, Deployed, Deployment, TargetEnv};
use certctl_crypto::{SecretBytes, SecretString};
use certctl_deploy::{Destination, Disk, FileAccess, FileTarget, FileTargetSettings};
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::{Clock, Timestamp};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_790_000_000)
    }
}

type Answer = dyn Fn(&str) -> Result<CommandOutput, CommandError> + Send + Sync;

/// Answers each command with `answer` and notes it.
pub(crate) struct Commands {
    calls: Mutex<Vec<String>>,
    answer: Box<Answer>,
}

impl std::fmt::Debug for Commands {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Commands")
    }
}

pub(crate) fn exit(status: i32, output: &str) -> CommandOutput {
    CommandOutput { status: Some(status), output: output.to_owned() }
}

impl Commands {
    pub(crate) fn answering(answer: impl Fn(&str) -> CommandOutput + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::default(), answer: Box::new(move |command| Ok(answer(command))) })
    }

    /// No command ends in time.
    pub(crate) fn endless() -> Arc<Self> {
        let late = |command: &str| {
            Err(CommandError::TimedOut { program: command.to_owned(), limit: Duration::from_secs(5) })
        };
        Arc::new(Self { calls: Mutex::default(), answer: Box::new(late) })
    }

    pub(crate) fn succeeding() -> Arc<Self> {
        Self::answering(|_| exit(0, ""))
    }

    /// Commands that start with `word` fail.
    pub(crate) fn refusing(word: &'static str) -> Arc<Self> {
        Self::answering(move |command| exit(i32::from(command.starts_with(word)), "it does not work"))
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

#[async_trait]
impl CommandRunner for Commands {
    async fn run(&self, command: &Argv, _limit: Duration) -> Result<CommandOutput, CommandError> {
        self.calls.lock().unwrap().push(command.to_string());
        (self.answer)(&command.to_string())
    }
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) plan: Deployment,
    pub(crate) leaf_der: Vec<u8>,
    pub(crate) key_der: Vec<u8>,
}

impl Pair {
    pub(crate) fn new(version: &str) -> Self {
        Self::beginning(version, 1975)
    }

    /// A pair that is valid from the beginning of `year`.
    pub(crate) fn beginning(version: &str, year: i32) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(year, 1, 1);
        params.distinguished_name.push(rcgen::DnType::CommonName, version);
        let leaf = params.self_signed(&key).unwrap();
        let plan = Deployment {
            certificate_id: CertificateId::parse("mc-web").unwrap(),
            version_id: VersionId::parse(version).unwrap(),
            target_id: TargetId::parse("t-web").unwrap(),
            leaf_pem: leaf.pem(),
            chain_pem: String::new(),
            key_pem: SecretString::new(key.serialize_pem()),
            fingerprint_sha256: certctl_crypto::sha256_hex(leaf.der()),
        };
        Self { plan, leaf_der: leaf.der().to_vec(), key_der: key.serialize_der() }
    }

    pub(crate) fn texts(&self) -> (String, String) {
        (self.plan.leaf_pem.clone(), self.plan.key_pem.expose().to_owned())
    }

    pub(crate) fn contents(&self) -> Vec<(&'static str, SecretBytes)> {
        let (cert, key) = self.texts();
        vec![("cert", SecretBytes::new(cert)), ("key", SecretBytes::new(key))]
    }
}

/// A directory with a certificate and a key file, and a target for them.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) directory: tempfile::TempDir,
}

impl Host {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o7777
    }

    pub(crate) fn destination(&self, name: &'static str, file: &str) -> Destination {
        Destination {
            name,
            path: self.path(file),
            secret: name == "key",
            default_mode: if name == "key" { 0o600 } else { 0o644 },
            wanted: FileAccess::default(),
        }
    }

    pub(crate) fn settings(&self) -> FileTargetSettings {
        FileTargetSettings {
            destinations: vec![self.destination("cert", "site.crt"), self.destination("key", "site.key")],
            validate: Some(Argv::parse("check").unwrap()),
            reload: Argv::parse("reload").unwrap(),
            command_timeout: Duration::from_secs(5),
            verify: None,
            retention: 3,
        }
    }

    pub(crate) fn target_with(
        &self,
        settings: FileTargetSettings,
        commands: Arc<dyn CommandRunner>,
        disk: Disk,
    ) -> FileTarget {
        self.target_within(settings, commands, disk, None)
    }

    pub(crate) fn target_within(
        &self,
        settings: FileTargetSettings,
        commands: Arc<dyn CommandRunner>,
        disk: Disk,
        allowed_paths: Option<Vec<PathBuf>>,
    ) -> FileTarget {
        let state_dir = self.path("state");
        let env = TargetEnv { clock: Arc::new(FixedClock), commands, allowed_paths, state_dir };
        FileTarget::new(TargetId::parse("t-web").unwrap(), settings, env, disk)
    }

    pub(crate) fn target(&self, commands: Arc<dyn CommandRunner>) -> FileTarget {
        self.target_with(self.settings(), commands, Disk::default())
    }

    pub(crate) async fn deploy(&self, pair: &Pair) -> Result<Deployed, DeployFailure> {
        self.target(Commands::succeeding()).deploy(&pair.plan, &pair.contents()).await
    }

    /// Certificate and key as a reader finds them; none when there is neither.
    pub(crate) fn pair(&self) -> Option<(String, String)> {
        read_pair(self.directory.path())
    }

    /// Names in the directory except the agent's state.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != "state");
        names.sort();
        names
    }

    /// Generations and leftovers in all stores of the directory.
    pub(crate) fn stored(&self) -> Vec<String> {
        let Ok(stores) = fs::read_dir(self.path(".certctl")) else { return Vec::new() };
        let mut names = Vec::new();
        for store in stores {
            let entries = fs::read_dir(store.unwrap().path()).unwrap();
            names.extend(entries.map(|e| e.unwrap().file_name().into_string().unwrap()));
        }
        names.retain(|name| name != "links" && name != "current");
        names.sort();
        names
    }
}

/// Panics when only one of the two files is there.
pub(crate) fn read_pair(directory: &Path) -> Option<(String, String)> {
    let read = |name: &str| fs::read_to_string(directory.join(name)).ok();
    match (read("site.crt"), read("site.key")) {
        (Some(cert), Some(key)) => Some((cert, key)),
        (None, None) => None,
        (cert, key) => panic!("half a pair: certificate {}, key {}", cert.is_some(), key.is_some()),
    }
}
