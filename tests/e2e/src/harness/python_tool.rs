//! Programs of the Python package index, each in an environment of its own in the user's cache.

use anyhow::{Context, Result, ensure};
use certctl_test_support::require_program;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The directory of the programs that come with a package of exactly this version; installed once
/// per machine.
pub(super) fn python_tool(name: &str, version: &str) -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => std::env::home_dir().context("there is no home directory")?.join(".cache"),
    };
    let place = cache.join("certctl/tools").join(format!("{name}-{version}"));
    let programs = place.join("bin");
    // Written last: an installation that was interrupted is made anew.
    let complete = place.join("complete");
    if complete.is_file() {
        return Ok(programs);
    }
    let python = require_program("python3", "python3-venv")?;
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&place), "make a Python environment")?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", &format!("{name}=={version}")]);
    run(&mut pip, &format!("install {name} with pip"))?;
    std::fs::write(&complete, version)?;
    Ok(programs)
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot {what}"))?;
    ensure!(output.status.success(), "cannot {what}: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(())
}
