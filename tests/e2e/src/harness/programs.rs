//! Where the programs under test are, freshly built.

use anyhow::{Context, Result, anyhow, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Set for a program of this crate that a test starts: the test has built everything, and cargo may
/// be busy with another build by then.
pub const BUILT: &str = "CERTCTL_E2E_BUILT";

/// Paths of the built programs.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `certctl-server`.
    pub server: PathBuf,
    /// `certctl-agent`.
    pub agent: PathBuf,
    /// `certctl`.
    pub cli: PathBuf,
}

/// The programs in the target directory this executable was built into, brought up to date once
/// per process.
pub fn programs() -> Result<&'static Programs> {
    static PROGRAMS: OnceLock<Result<Programs, String>> = OnceLock::new();
    PROGRAMS
        .get_or_init(|| build().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|message| anyhow!("{message}"))
}

fn build() -> Result<Programs> {
    let directory = profile_directory()?;
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("no workspace folder")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What `cargo test` and `cargo run` add to the environment could make cargo build anew.
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
        {
            cargo.env_remove(name);
        }
    }
    cargo.args(["build", "--quiet", "--bins", "--package=certctl-server", "--package=certctl-agent-bin"]);
    cargo.arg("--package=certctl-cli");
    match directory.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => {}
        Some("release") => drop(cargo.arg("--release")),
        Some(profile) => drop(cargo.args(["--profile", profile])),
    }
    if let Some(target) = directory.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    if std::env::var_os(BUILT).is_none() {
        let output =
            cargo.current_dir(workspace).stdin(Stdio::null()).output().context("cannot run cargo")?;
        ensure!(
            output.status.success(),
            "certctl-server, certctl-agent and certctl do not build:\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    let find = |name: &str| {
        let path = directory.join(name);
        ensure!(path.is_file(), "{} was not built", path.display());
        Ok(path)
    };
    Ok(Programs { server: find("certctl-server")?, agent: find("certctl-agent")?, cli: find("certctl")? })
}

/// `target/debug`, from `target/debug/demo` as well as from `target/debug/deps/main-…`.
fn profile_directory() -> Result<PathBuf> {
    let executable = std::env::current_exe().context("cannot tell where this program is")?;
    let directory = executable.parent().context("this program has no directory")?;
    let directory =
        if directory.ends_with("deps") { directory.parent().unwrap_or(directory) } else { directory };
    Ok(directory.to_owned())
}
