//! Deployment targets.

use crate::command::CommandRunner;
use crate::{ConfigError, ConfigSchema, ConnectorError, RawConfig};
use async_trait::async_trait;
use certctl_crypto::SecretString;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::{CertificateId, TargetId, VersionId};
use certctl_domain::target::TargetKind;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// What to deploy.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Certificate.
    pub certificate_id: CertificateId,
    /// Version.
    pub version_id: VersionId,
    /// Target.
    pub target_id: TargetId,
    /// Leaf, PEM.
    pub leaf_pem: String,
    /// Certificates above the leaf in order, PEM; empty when the root signed directly.
    pub chain_pem: String,
    /// Private key, PKCS#8 PEM.
    pub key_pem: SecretString,
    /// Lower-case hex SHA-256 of the leaf's DER.
    pub fingerprint_sha256: String,
}

/// How far a deployment came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading configuration, checking the pair, writing new files. Nothing was changed.
    Prepare,
    /// The target refused the new files before it was reloaded.
    Validate,
    /// Putting the new files in place.
    Swap,
    /// Reloading the target.
    Reload,
    /// Looking at what the target serves.
    Verify,
}

impl Stage {
    /// Text on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Validate => "validate",
            Self::Swap => "swap",
            Self::Reload => "reload",
            Self::Verify => "verify",
        }
    }
}

/// What became of the previous state after a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// Nothing had been changed.
    NotNeeded,
    /// It is in place again.
    Restored,
    /// It could not be put back, for this reason: a person must act.
    AlsoFailed(String),
}

/// A failed deployment.
#[derive(Debug)]
pub struct DeployFailure {
    /// How far it came.
    pub stage: Stage,
    /// Why.
    pub error: ConnectorError,
    /// What became of the previous state.
    pub rollback: Rollback,
}

/// What the target was seen to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// No endpoint is configured.
    Skipped,
    /// The endpoint serves this leaf.
    Served {
        /// `host:port` that was asked.
        endpoint: String,
        /// Lower-case hex SHA-256 of the served leaf's DER.
        fingerprint_sha256: String,
    },
}

/// A successful deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The same bytes were in place and in use already; nothing was written.
    pub idempotent: bool,
    /// What is served now.
    pub verification: Verification,
}

/// The counters of one attempt, in the order they happened.
pub fn counters(result: &Result<Deployed, DeployFailure>) -> Vec<DeployCounter> {
    match result {
        Ok(deployed) if deployed.idempotent => {
            vec![DeployCounter::IdempotentSkip, DeployCounter::AttemptSuccess]
        }
        Ok(_) => vec![DeployCounter::AttemptSuccess],
        Err(failure) => {
            let stage = match failure.stage {
                Stage::Validate => Some(DeployCounter::ValidateFailure),
                Stage::Reload => Some(DeployCounter::ReloadFailure),
                Stage::Verify => Some(DeployCounter::PostVerifyFailure),
                Stage::Prepare | Stage::Swap => None,
            };
            // Undoing a refused validation is not counted: the target never saw the new files.
            let rollback = match (&failure.rollback, failure.stage) {
                (Rollback::AlsoFailed(_), _) => Some(DeployCounter::RollbackAlsoFailed),
                (Rollback::Restored, Stage::Reload | Stage::Verify) => Some(DeployCounter::RollbackRestored),
                _ => None,
            };
            stage.into_iter().chain(rollback).chain([DeployCounter::AttemptFailure]).collect()
        }
    }
}

/// A place certificates are deployed to. One connector serves one target.
#[async_trait]
pub trait TargetConnector: Send + Sync + fmt::Debug {
    /// Checks configuration, paths, commands and endpoint without changing anything; returns what
    /// was checked, for people.
    async fn dry_run(&self) -> Result<String, ConnectorError>;

    /// Finishes or undoes what a killed process left half done. Called before the first deployment.
    async fn recover(&self) -> Result<(), ConnectorError>;

    /// Deploys and looks at what is served; undoes everything when that fails. Calling it again
    /// with the same version changes nothing.
    async fn deploy(&self, plan: &Deployment) -> Result<Deployed, DeployFailure>;
}

/// What target connectors may touch.
#[derive(Debug, Clone)]
pub struct TargetEnv {
    /// Clock.
    pub clock: Arc<dyn certctl_domain::Clock>,
    /// Commands.
    pub commands: Arc<dyn CommandRunner>,
    /// Directories below which files may be written, symbolic links resolved; `None` allows every
    /// place.
    pub allowed_paths: Option<Vec<PathBuf>>,
    /// Private directory of the agent for journals and locks, mode 0700.
    pub state_dir: PathBuf,
}

/// Builds target connectors of one kind.
pub trait TargetFactory: Send + Sync + fmt::Debug {
    /// Kind.
    fn kind(&self) -> TargetKind;

    /// Its configuration.
    fn config_schema(&self) -> ConfigSchema;

    /// Checks what the schema cannot: relations between fields, syntax of commands. Runs on the
    /// server when a target is saved and on the agent before it is used; touches no file.
    fn check(&self, config: &RawConfig) -> Result<(), Vec<ConfigError>>;

    /// Builds the connector of target `id`. The configuration has passed schema and check.
    fn build(
        &self,
        id: &TargetId,
        config: &RawConfig,
        env: &TargetEnv,
    ) -> Result<Arc<dyn TargetConnector>, Vec<ConfigError>>;
}
