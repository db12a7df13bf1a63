//! The checkout and its cargo.

use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The programs that the demo, the benchmark and the end-to-end tests start.
const PROGRAMS: [&str; 4] =
    ["--bins", "--package=certctl-server", "--package=certctl-agent-bin", "--package=certctl-cli"];

/// The checkout that this process works on.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout that the current directory lies in. Not the one this tool was built from:
    /// two checkouts that share a target directory also share the built tool.
    pub fn current() -> Result<Self> {
        let here = std::env::current_dir()?;
        let root = here.ancestors().find(|folder| folder.join("layers.toml").is_file());
        let root = root.with_context(|| format!("{} is not inside a checkout of certctl", here.display()))?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// The folder of the root `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The full name of a package: `pki` becomes `certctl-pki`.
    pub fn package_name(&self, name: &str) -> String {
        if name.starts_with("certctl-") || name == "xtask" {
            name.to_owned()
        } else {
            format!("certctl-{name}")
        }
    }

    /// A cargo command in the root folder. It sees the environment as a shell would give it:
    /// what `cargo run` added for this tool could make cargo rebuild dependencies.
    pub fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(set_by_cargo_run) {
                command.env_remove(name);
            }
        }
        command.args(arguments).current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Builds `certctl-server` and `certctl-agent`; `profile` is empty or holds cargo's flag.
    pub fn build_programs(&self, profile: &[&str]) -> Result<()> {
        run(&mut self.cargo(["build"].into_iter().chain(profile.iter().copied()).chain(PROGRAMS)))
    }
}

fn set_by_cargo_run(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_")
        || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"]
            .contains(&variable)
}

/// Runs `command` with its output shown; failure names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", words(command)))?;
    ensure!(status.success(), "{} failed ({status})", words(command));
    Ok(())
}

/// Runs `command` and returns what it printed on standard output; failure names the command.
pub fn read(command: &mut Command) -> Result<Vec<u8>> {
    let Output { status, stdout, .. } = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", words(command)))?;
    ensure!(status.success(), "{} failed ({status})", words(command));
    Ok(stdout)
}

/// The command line as a person would type it.
pub(crate) fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words =
        std::iter::once(program).chain(command.get_args()).map(|word| word.to_string_lossy().into_owned());
    format!("`{}`", words.collect::<Vec<_>>().join(" "))
}
