//! schemathesis: makes requests from an OpenAPI document and judges the answers by it.

use anyhow::{Context, Result, anyhow, ensure};
use certctl_test_support::require_program;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The version whose findings the tests know. Another one may find more.
const VERSION: &str = "4.32.5";

/// The program, installed once per machine into the cache of the user.
pub fn schemathesis() -> Result<&'static Path> {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = PROGRAM.get_or_init(|| install().map_err(|error| format!("{error:#}")));
    found.as_deref().map_err(|message| anyhow!("{message}"))
}

fn install() -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => std::env::home_dir().context("there is no home directory")?.join(".cache"),
    };
    let place = cache.join("certctl/tools").join(format!("schemathesis-{VERSION}"));
    let program = place.join("bin/schemathesis");
    // Written last: an installation that was interrupted is made anew.
    let complete = place.join("complete");
    if complete.is_file() {
        return Ok(program);
    }
    let python = require_program("python3", "python3-venv")?;
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&place), "make a Python environment")?;
    let package = format!("schemathesis=={VERSION}");
    run(
        Command::new(place.join("bin/pip")).args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            &package,
        ]),
        "install schemathesis with pip",
    )?;
    std::fs::write(&complete, VERSION)?;
    Ok(program)
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot {what}"))?;
    ensure!(output.status.success(), "cannot {what}: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(())
}
