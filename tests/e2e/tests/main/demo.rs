//! `cargo xtask demo --once`, the way people meet certctl first.

use anyhow::Result;
use certctl_e2e::harness::{BUILT, PATIENCE, Running, programs, until};
use nix::sys::signal::Signal;
use std::process::Command;

fn start(directory: &std::path::Path, arguments: &[&str]) -> Result<Running> {
    programs()?;
    let mut demo = Command::new(env!("CARGO_BIN_EXE_demo"));
    Running::start("demo", demo.args(arguments).env("TMPDIR", directory).env(BUILT, "1"), directory)
}

/// Nothing of the demo is left in its directory but its own output.
fn assert_nothing_left(directory: &std::path::Path) -> Result<()> {
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        assert!(name == "demo.out" || name == "demo.log", "{name} was left behind");
    }
    Ok(())
}

#[tokio::test]
async fn the_demo_ends_well_once_the_second_version_is_served() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut demo = start(directory.path(), &["--once", "--lifetime", "60"])?;
    let status = until("the end of the demo", PATIENCE * 3, async || demo.exit_status()).await?;
    assert_eq!(status.code(), Some(0), "{}", demo.story());
    let told = demo.output();
    for (what, times) in [("] issued ", 1), ("] renewed ", 1), ("] deployed ", 2), ("] served ", 2)] {
        assert_eq!(told.matches(what).count(), times, "{what}: {told}");
    }
    assert_nothing_left(directory.path())
}

#[tokio::test]
async fn an_interrupted_demo_leaves_nothing_behind() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut demo = start(directory.path(), &[])?;
    until("the first served version", PATIENCE * 2, async || {
        anyhow::ensure!(demo.exit_status()?.is_none(), "{}", demo.story());
        Ok(demo.output().contains("] served ").then_some(()))
    })
    .await?;
    demo.signal(Signal::SIGINT)?;
    let status = until("the end of the demo", PATIENCE, async || demo.exit_status()).await?;
    assert_eq!(status.code(), Some(0), "{}", demo.story());
    assert_nothing_left(directory.path())
}
