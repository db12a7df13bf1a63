//! Commands whose work is done by another program of the workspace.
//!
//! That program replaces this process, so its exit status and its handling of Ctrl-C are
//! what the caller sees.

use crate::packages;
use crate::workspace::{Workspace, words};
use anyhow::{Result, anyhow};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Runs the demo with freshly built programs; returns only on failure to start it.
pub fn demo(workspace: &Workspace, once: bool, rest: &[String]) -> Result<()> {
    packages::ensure()?;
    workspace.build_programs(&[])?;
    let mut demo = workspace.cargo(["run", "--quiet", "--package", "certctl-e2e", "--bin", "demo", "--"]);
    become_program(demo.args(once.then_some("--once")).args(rest))
}

/// Runs the benchmark with release programs; returns only on failure to start it.
pub fn bench(workspace: &Workspace, rest: &[String]) -> Result<()> {
    packages::ensure()?;
    workspace.build_programs(&["--release"])?;
    become_program(
        workspace.cargo(["run", "--release", "--quiet", "--package", "certctl-bench", "--"]).args(rest),
    )
}

fn become_program(command: &mut Command) -> Result<()> {
    let error = command.stdin(Stdio::inherit()).exec();
    Err(anyhow!(error).context(format!("cannot run {}", words(command))))
}
