//! Programs of the operating system.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Directories of daemons and account tools; an ordinary user's `PATH` often lacks them.
const SYSTEM_DIRECTORIES: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The first `name` in `PATH` or in the system's daemon directories.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(SYSTEM_DIRECTORIES.iter().map(PathBuf::from))
        .map(|directory| directory.join(name))
        .find(|candidate| is_executable(candidate))
}

/// Like [`find_program`], with an error that names the Debian package to install.
pub fn require_program(name: &str, package: &str) -> Result<PathBuf> {
    find_program(name)
        .with_context(|| format!("`{name}` is not installed; install it with: {}", install_line(&[package])))
}

/// The command that installs `packages` on a Debian-like system.
pub fn install_line(packages: &[&str]) -> String {
    format!("apt-get install -y --no-install-recommends {}", packages.join(" "))
}

pub(crate) fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
