//! Commands whose work is done by another program of the workspace.
//!
//! That program replaces this process, so its exit status and its handling of Ctrl-C are
//! what the caller sees.

use crate::workspace::{Workspace, words};
use crate::{packages, web};
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

/// Takes the pictures of the console anew; returns only on failure to start.
pub fn screenshots(workspace: &Workspace) -> Result<()> {
    packages::ensure()?;
    web::build(workspace)?;
    workspace.build_programs(&[])?;
    become_program(&mut workspace.cargo([
        "run",
        "--quiet",
        "--package",
        "certctl-e2e",
        "--bin",
        "screenshots",
    ]))
}

/// Runs the benchmark with release programs; returns only on failure to start it.
pub fn bench(workspace: &Workspace, rest: &[String]) -> Result<()> {
    packages::ensure()?;
    web::build(workspace)?;
    workspace.build_programs(&["--release"])?;
    become_program(
        workspace.cargo(["run", "--release", "--quiet", "--package", "certctl-bench", "--"]).args(rest),
    )
}

fn become_program(command: &mut Command) -> Result<()> {
    let error = command.stdin(Stdio::inherit()).exec();
    Err(anyhow!(error).context(format!("cannot run {}", words(command))))
}
