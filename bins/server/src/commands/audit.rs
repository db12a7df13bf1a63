//! `audit`: proves, exports and prunes the audit trail.

use super::foundation;
use crate::database::Access;
use crate::{Environment, master_key, output};
use anyhow::Context;
use certctl_config::ServerConfig;
use certctl_domain::Timestamp;
use certctl_domain::audit::Checkpoint;
use certctl_lifecycle::{Exit, Explain};
use certctl_service::audit::{AuditKeys, Part, VerifyOptions};
use certctl_service::{Foundation, Secrets, audit};
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

async fn keys(config: &ServerConfig, base: &Foundation) -> anyhow::Result<AuditKeys> {
    let keyring = Arc::new(master_key::load(config, &base.store).await?);
    Ok(AuditKeys::new(base.clone(), Secrets::new(keyring)))
}

pub(crate) async fn public_key(config: &ServerConfig, environment: &Environment) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    let key = audit::public_key(&base)
        .await?
        .context("there is no audit key yet")
        .hint("start the server once; it makes the key")?;
    output::line(key.pem.trim_end())
}

/// A checkpoint as the API shows it: on its own, or within the state of the chain.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    State { checkpoint: KeptCheckpoint },
    Alone(KeptCheckpoint),
}

#[derive(Deserialize)]
struct KeptCheckpoint {
    id: certctl_domain::id::AuditCheckpointId,
    kind: certctl_domain::audit::CheckpointKind,
    sequence: i64,
    hash: String,
    signed_at: Timestamp,
    key_id: String,
    signature: String,
}

impl From<Kept> for Checkpoint {
    fn from(kept: Kept) -> Self {
        let (Kept::State { checkpoint: kept } | Kept::Alone(kept)) = kept;
        let KeptCheckpoint { id, kind, sequence, hash, signed_at, key_id, signature } = kept;
        Self { id, kind, sequence, hash, signed_at, key_id, signature }
    }
}

fn read_checkpoint(path: &Path) -> anyhow::Result<Checkpoint> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .exit_with(Exit::Configuration)?;
    let kept: Kept = serde_json::from_str(&text)
        .with_context(|| format!("{} holds no checkpoint", path.display()))
        .hint("save the answer of GET /api/v1/audit/checkpoint to a file, and name that file")
        .exit_with(Exit::Configuration)?;
    Ok(kept.into())
}

fn read_public_key(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .exit_with(Exit::Configuration)?;
    if audit::public_key_id(&text).is_none() {
        return Err(anyhow::anyhow!("{} holds no Ed25519 public key in PEM", path.display()))
            .hint("write one with `certctl-server audit public-key`")
            .exit_with(Exit::Configuration);
    }
    Ok(text)
}

pub(crate) async fn verify(
    config: &ServerConfig,
    environment: &Environment,
    public_key: Option<&Path>,
    checkpoint: Option<&Path>,
) -> anyhow::Result<()> {
    let options = VerifyOptions {
        public_key: public_key.map(read_public_key).transpose()?,
        checkpoint: checkpoint.map(read_checkpoint).transpose()?,
    };
    let base = foundation(config, environment, Access::Command).await?;
    let done = audit::verify(&base, &options).await?;
    if let Some(broken) = done.broken {
        return Err(anyhow::anyhow!("the audit trail was tampered with: {broken}"))
            .hint("keep the database as it is, and compare it with your backups and exports");
    }
    output::line(&format!(
        "the audit trail is whole: {} events from {} to {}, {} checkpoints",
        done.events, done.first, done.last, done.checkpoints
    ))?;
    if done.unsealed > 0 {
        output::line(&format!(
            "{} events older than a minute are not sealed yet; check that a server runs",
            done.unsealed
        ))?;
    }
    Ok(())
}

pub(crate) async fn export(
    config: &ServerConfig,
    environment: &Environment,
    until: Timestamp,
    path: &Path,
) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    // The file holds what only readers of the audit trail may see.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot make {}", path.display()))
        .hint("name a file that does not exist yet")?;
    let mut out = BufWriter::new(file);
    let part = audit::export(&base, until, &mut out).await?;
    out.get_ref().sync_all().with_context(|| format!("cannot write {}", path.display()))?;
    output::line(&told("wrote", part, path))
}

pub(crate) async fn prune(
    config: &ServerConfig,
    environment: &Environment,
    until: Timestamp,
    path: &Path,
) -> anyhow::Result<()> {
    let base = foundation(config, environment, Access::Command).await?;
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let keys = keys(config, &base).await?;
    let part = audit::prune(&base, &keys, until, &mut BufReader::new(file)).await?;
    output::line(&told("removed", part, path))
}

fn told(done: &str, part: Part, path: &Path) -> String {
    if part.is_empty() {
        return format!("{done} nothing: there is no sealed event before that time");
    }
    format!("{done} {} events, places {} to {} ({})", part.count(), part.first, part.last, path.display())
}
