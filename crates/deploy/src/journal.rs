//! What a target's deployment was about to do, kept so that a killed process can be cleaned up
//! after, and what was deployed last.

use crate::Error;
use crate::disk::Disk;
use crate::error::at;
use crate::store::Link;
use certctl_domain::Timestamp;
use certctl_domain::id::TargetId;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// State of one target, one file in the agent's state directory, replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TargetState {
    /// The change under way; written before the change.
    pub(crate) in_flight: Option<InFlight>,
    /// The daemon may run other files than those in place.
    pub(crate) reload_due: bool,
    /// What was deployed last and reloaded.
    pub(crate) deployed: Option<KnownGood>,
}

/// A change from one generation to another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct InFlight {
    /// Directory of the store.
    pub(crate) store: PathBuf,
    /// Links of the store.
    pub(crate) links: Vec<Link>,
    /// Generation to go back to; none when no file existed.
    pub(crate) previous: Option<u64>,
    /// Generation to go to.
    pub(crate) new: u64,
}

/// A finished deployment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct KnownGood {
    /// Lower-case hex SHA-256 of the leaf's DER.
    pub(crate) fingerprint_sha256: String,
    /// When it was reloaded.
    pub(crate) deployed_at: Timestamp,
    /// When it was last seen served; none without an endpoint.
    pub(crate) verified_at: Option<Timestamp>,
}

/// The state file of one target.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Disk,
    path: PathBuf,
}

impl Journal {
    pub(crate) fn of(disk: &Disk, state_dir: &Path, target: &TargetId) -> Self {
        Self { disk: disk.clone(), path: state_dir.join(format!("deploy-{target}.json")) }
    }

    /// The stored state; the default when there is none.
    pub(crate) fn load(&self) -> Result<TargetState, Error> {
        let text = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(TargetState::default()),
            other => at("read", &self.path, other)?,
        };
        serde_json::from_slice(&text).map_err(|source| Error::Journal { path: self.path.clone(), source })
    }

    /// Stores the state durably.
    pub(crate) fn save(&self, state: &TargetState) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(state)
            .map_err(|source| Error::Journal { path: self.path.clone(), source })?;
        if let Some(directory) = self.path.parent() {
            self.disk.ensure_dir(directory, 0o700)?;
        }
        self.disk.replace(&self.path, text)
    }
}
