//! What the programs take when they have nothing to do.

use crate::table;
use anyhow::{Context, Result};
use certctl_e2e::harness::{PATIENCE, Scenario, ScenarioSettings, programs};
use certctl_test_support::find_program;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Idle time before memory is read: start-up buffers are given back by then.
const SETTLE: Duration = Duration::from_secs(5);

/// Starts server and agent and prints the table.
pub(crate) async fn measure() -> Result<()> {
    let settings = ScenarioSettings::sqlite()?;
    let begun = Instant::now();
    let mut scenario: Scenario = settings.start()?;
    let first_start = begun.elapsed();
    scenario.server.running.terminate(PATIENCE)?;
    let begun = Instant::now();
    scenario.restart()?;
    let later_start = begun.elapsed();

    let begun = Instant::now();
    let agent = scenario.agent("bench").await?;
    scenario
        .until("the first heartbeat", PATIENCE, async || {
            let shown = scenario.admin.agents().get(&agent.id).await?;
            Ok(shown.last_heartbeat_at.filter(|at| *at > shown.registered_at))
        })
        .await?;
    let agent_start = begun.elapsed();
    tokio::time::sleep(SETTLE).await;

    let programs = programs()?;
    let row = |what: &str, server: String, agent: String| vec![what.to_owned(), server, agent];
    table::print(
        "Footprint, idle, SQLite",
        &["", "certctl-server", "certctl-agent"],
        &[
            row(
                "resident memory",
                table::mebibytes(resident(scenario.server.running.id())?),
                table::mebibytes(resident(agent.running.id())?),
            ),
            row(
                "first start to ready (enrolment to first heartbeat)",
                table::time(first_start),
                table::time(agent_start),
            ),
            row("later start to ready", table::time(later_start), "-".to_owned()),
            row(
                "size, stripped",
                table::mebibytes(stripped(&programs.server, scenario.directory())?),
                table::mebibytes(stripped(&programs.agent, scenario.directory())?),
            ),
        ],
    )
}

/// Resident memory of a process in bytes.
fn resident(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kibibytes * 1024)
}

/// Size of a program without its symbols; of the file as it is where `strip` is missing.
fn stripped(program: &Path, directory: &Path) -> Result<u64> {
    let copy = directory.join("stripped");
    let done = find_program("strip").is_some_and(|strip| {
        let status = Command::new(strip).arg("-o").arg(&copy).arg(program).status();
        status.is_ok_and(|status| status.success())
    });
    Ok(std::fs::metadata(if done { &copy } else { program })?.len())
}
