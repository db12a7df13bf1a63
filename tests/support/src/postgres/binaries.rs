//! Where PostgreSQL's server programs are.

use crate::program::{find_program, install_line, is_executable};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Debian keeps each major version's server programs apart, outside `PATH`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";
const OLDEST_MAJOR: u32 = 15;

/// The directory of one version's programs.
#[derive(Debug)]
pub(super) struct Binaries(PathBuf);

impl Binaries {
    /// The newest version under `/usr/lib/postgresql`, else the one in `PATH`.
    pub(super) fn find() -> Result<Self> {
        newest(Path::new(DEBIAN_VERSIONS))
            .or_else(|| find_program("initdb").and_then(|initdb| initdb.parent().map(Path::to_path_buf)))
            .filter(|directory| is_executable(&directory.join("postgres")))
            .map(Self)
            .with_context(|| {
                format!(
                    "the server programs of PostgreSQL {OLDEST_MAJOR} or newer are not installed; install them with: {}",
                    install_line(&["postgresql"])
                )
            })
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.0.join(program)
    }
}

fn newest(versions: &Path) -> Option<PathBuf> {
    std::fs::read_dir(versions)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(major, directory)| *major >= OLDEST_MAJOR && is_executable(&directory.join("initdb")))
        .max_by_key(|(major, _)| *major)
        .map(|(_, directory)| directory)
}
