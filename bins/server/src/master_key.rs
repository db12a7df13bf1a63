//! The master keys that seal secrets at rest: from the configuration, or from a file of the data
//! directory that is made at the first start.

use anyhow::Context;
use certctl_config::ServerConfig;
use certctl_crypto::{Keyring, MasterKey, SealContext, SecretString};
use certctl_lifecycle::{Exit, Explain};
use certctl_repository::{SealedColumn, SealedRow, Store, StoreError};
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Where the generated master key lives.
pub(crate) fn path(config: &ServerConfig) -> PathBuf {
    config.data_dir.join("master.key")
}

/// The keyring of the server. A key file is made only while the database holds no sealed secret,
/// and keys that cannot open what is stored are refused.
pub(crate) async fn load(config: &ServerConfig, store: &Store) -> anyhow::Result<Keyring> {
    let sample = sealed_sample(store).await?;
    let keyring = match &config.encryption.key {
        Some(key) => from_configuration(key, config.encryption.previous.as_ref())?,
        None => from_file(&path(config), sample.is_some())?,
    };
    if let Some((column, row)) = sample {
        let (table, name) = column.names();
        let context = SealContext { table, row_id: &row.id, column: name };
        keyring
            .open(&context, &row.sealed)
            .with_context(|| format!("the master key does not open the secrets in the database (looked at {table} {})", row.id))
            .hint("start with the key the secrets were sealed with: CERTCTL_CONFIG_ENCRYPTION_KEY, or master.key in the data directory; put an older key into CERTCTL_CONFIG_ENCRYPTION_KEY_PREVIOUS")
            .exit_with(Exit::Configuration)?;
    }
    Ok(keyring)
}

fn from_configuration(key: &SecretString, previous: Option<&SecretString>) -> anyhow::Result<Keyring> {
    let current = MasterKey::from_passphrase(key).exit_with(Exit::Configuration)?;
    let previous = previous.map(MasterKey::from_passphrase).transpose().exit_with(Exit::Configuration)?;
    Ok(Keyring::new(current, previous.into_iter().collect()))
}

fn from_file(path: &Path, secrets_exist: bool) -> anyhow::Result<Keyring> {
    let text = match read_private(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && secrets_exist => {
            return Err(error)
                .with_context(|| {
                    format!(
                        "the database holds sealed secrets, but the master key file {} is missing",
                        path.display()
                    )
                })
                .hint("restore that file from your backup, or set CERTCTL_CONFIG_ENCRYPTION_KEY")
                .exit_with(Exit::Configuration);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => create(path)?,
        Err(error) => {
            return Err(error)
                .with_context(|| format!("cannot read the master key file {}", path.display()))
                .exit_with(Exit::Configuration);
        }
    };
    Keyring::from_key_file(&SecretString::new(text))
        .with_context(|| format!("the master key file {} is not usable", path.display()))
        .exit_with(Exit::Configuration)
}

/// Reads a file that only its owner may read.
fn read_private(path: &Path) -> std::io::Result<String> {
    let mut file = OpenOptions::new().read(true).open(path)?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(std::io::Error::new(
            ErrorKind::PermissionDenied,
            format!("others may read it (mode {:04o}); run chmod 0600 on it", mode & 0o7777),
        ));
    }
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

fn create(path: &Path) -> anyhow::Result<String> {
    let key = MasterKey::generate()?;
    let text =
        format!("# certctl master key: keep a copy apart from the database\n{}\n", key.expose().trim_end());
    write_private(path, &text, false)?;
    tracing::info!(path = %path.display(), "made a master key for stored secrets in {}; back it up apart from the database", path.display());
    Ok(text)
}

/// Writes a file with mode 0600 through a temporary one, synced before it takes its name.
pub(crate) fn write_private(path: &Path, text: &str, replace: bool) -> anyhow::Result<()> {
    let attempt = || -> std::io::Result<()> {
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let fresh = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        if replace {
            std::fs::rename(&fresh, path)?;
        } else {
            // A hard link refuses to replace a file that another process made meanwhile.
            let linked = std::fs::hard_link(&fresh, path);
            std::fs::remove_file(&fresh)?;
            linked?;
        }
        std::fs::File::open(directory)?.sync_all()
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// One sealed value, if any exists.
async fn sealed_sample(store: &Store) -> anyhow::Result<Option<(SealedColumn, SealedRow)>> {
    let sample = store.read("master_key.sample", |tx| {
        for column in SealedColumn::ALL {
            if let Some(row) = tx.secrets().batch(column, "", 1)?.pop() {
                return Ok::<_, StoreError>(Some((column, row)));
            }
        }
        Ok(None)
    });
    Ok(sample.await?)
}
