//! The state directory: credential, keys, unsent reports, journals of connectors.

mod credential;
mod keys;
mod spool;

pub use credential::Credential;
pub use keys::KeyStore;
pub use spool::Spool;

use crate::{AgentError, files};
use nix::fcntl::{Flock, FlockArg};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The state directory, held by this process alone until dropped.
#[derive(Debug)]
pub struct StateDir {
    root: PathBuf,
    keys: PathBuf,
    _lock: Flock<File>,
}

impl StateDir {
    /// Opens `root`, and `keys` when the keys live elsewhere. Creates what is missing; refuses
    /// directories that others may enter, and a state directory that another process holds.
    pub fn open(root: &Path, keys: Option<&Path>) -> Result<Self, AgentError> {
        files::private_directory(root)?;
        let keys = keys.map_or_else(|| root.join("keys"), Path::to_path_buf);
        files::private_directory(&keys)?;
        let path = root.join("agent.lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(AgentError::file("open", &path))?;
        let lock =
            Flock::lock(lock, FlockArg::LockExclusiveNonblock).map_err(|(_file, error)| match error {
                nix::Error::EWOULDBLOCK => AgentError::InUse { path: root.to_owned() },
                other => AgentError::file("lock", &path)(other.into()),
            })?;
        Ok(Self { root: root.to_owned(), keys, _lock: lock })
    }

    /// Private keys.
    pub fn key_store(&self) -> KeyStore {
        KeyStore::new(self.keys.clone())
    }

    /// Reports that the server has not acknowledged.
    pub fn spool(&self) -> Result<Spool, AgentError> {
        Spool::open(self.root.join("spool"))
    }

    /// Where target connectors keep journals and locks.
    pub fn targets(&self) -> Result<PathBuf, AgentError> {
        let path = self.root.join("targets");
        files::private_directory(&path)?;
        Ok(path)
    }

    /// Where the credential lies.
    pub fn credential_path(&self) -> PathBuf {
        Credential::path(&self.root)
    }

    /// The stored credential.
    pub fn credential(&self) -> Result<Option<Credential>, AgentError> {
        Credential::load(&self.root)
    }

    /// Stores a credential, replacing an older one.
    pub fn store_credential(&self, credential: &Credential) -> Result<(), AgentError> {
        credential.store(&self.root)
    }
}
