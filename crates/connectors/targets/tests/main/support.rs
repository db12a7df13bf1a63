//! Certificates of a two-level CA, commands that behave as told, and a private directory.

use async_trait::async_trait;
use certctl_connector_api::RawConfig;
use certctl_connector_api::command::{Argv, CommandError, CommandOutput, CommandRunner};
use certctl_connector_api::target::{Deployment, TargetConnector, TargetEnv, TargetFactory};
use certctl_crypto::SecretString;
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::{Clock, Timestamp};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use serde_json::Value;
use std::fmt;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_790_000_000)
    }
}

type Answer = dyn Fn(&str) -> Result<CommandOutput, CommandError> + Send + Sync;

/// Answers each command and notes it.
pub(crate) struct Commands {
    calls: Mutex<Vec<String>>,
    answer: Box<Answer>,
}

impl fmt::Debug for Commands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commands")
    }
}

impl Commands {
    pub(crate) fn answering(answer: impl Fn(&str) -> (i32, String) + Send + Sync + 'static) -> Arc<Self> {
        let answer = move |command: &str| {
            let (status, output) = answer(command);
            Ok(CommandOutput { status: Some(status), output })
        };
        Arc::new(Self { calls: Mutex::default(), answer: Box::new(answer) })
    }

    pub(crate) fn succeeding() -> Arc<Self> {
        Self::answering(|_| (0, String::new()))
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

/// Issues leaves through an intermediate.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    chain_pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let ca = |name: &str| {
            let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
            params.distinguished_name.push(DnType::CommonName, name);
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
            params.use_authority_key_identifier_extension = true;
            params
        };
        let root = Issuer::new(ca("Root"), KeyPair::generate().unwrap());
        let key = KeyPair::generate().unwrap();
        let params = ca("Intermediate");
        let chain_pem = params.signed_by(&key, &root).unwrap().pem();
        Self { issuer: Issuer::new(params, key), chain_pem }
    }

    pub(crate) fn issue(&self, version: &str) -> Deployment {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&key, &self.issuer).unwrap();
        Deployment {
            certificate_id: CertificateId::parse("mc-web").unwrap(),
            version_id: VersionId::parse(version).unwrap(),
            target_id: TargetId::parse("t-web").unwrap(),
            leaf_pem: leaf.pem(),
            chain_pem: self.chain_pem.clone(),
            key_pem: SecretString::new(key.serialize_pem()),
            fingerprint_sha256: certctl_crypto::sha256_hex(leaf.der()),
        }
    }
}

/// Text of `ssl_certificate` and of `ssl_certificate_key` for a version.
pub(crate) fn texts(plan: &Deployment) -> (String, String) {
    (format!("{}\n{}\n", plan.leaf_pem.trim(), plan.chain_pem.trim()), plan.key_pem.expose().to_owned())
}

/// A private directory that daemons may pass through.
#[derive(Debug)]
pub(crate) struct Host(tempfile::TempDir);

impl Host {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(directory.path().join("tls")).unwrap();
        Self(directory)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str, mode: u32) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub(crate) fn install(&self, plan: &Deployment) {
        let (cert, key) = texts(plan);
        self.write("tls/site.crt", &cert, 0o644);
        self.write("tls/site.key", &key, 0o640);
    }

    /// Certificate and key files; none when there is neither.
    pub(crate) fn pair(&self) -> Option<(String, String)> {
        let read = |name: &str| fs::read_to_string(self.path(name)).ok();
        match (read("tls/site.crt"), read("tls/site.key")) {
            (Some(cert), Some(key)) => Some((cert, key)),
            (None, None) => None,
            (cert, key) => panic!("half a pair: certificate {}, key {}", cert.is_some(), key.is_some()),
        }
    }

    pub(crate) fn connector(
        &self,
        factory: &dyn TargetFactory,
        config: &Value,
        commands: Arc<dyn CommandRunner>,
    ) -> Arc<dyn TargetConnector> {
        let config = RawConfig::from_json(&config.to_string()).unwrap();
        factory.config_schema().check(&config).unwrap();
        factory.check(&config).unwrap();
        let (clock, state_dir) = (Arc::new(FixedClock), self.path("state"));
        let env = TargetEnv { clock, commands, allowed_paths: None, state_dir };
        factory.build(&TargetId::parse("t-web").unwrap(), &config, &env).unwrap()
    }
}
