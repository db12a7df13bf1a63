//! Processes and databases of one scenario, each private and gone afterwards.

mod agent;
mod browser;
mod cli;
mod database;
mod gate;
mod guard;
mod nginx;
mod pair_watch;
mod pkilint;
mod process;
mod programs;
mod python_tool;
mod relying_party;
mod scenario;
mod schemathesis;
mod server;
mod simulated_agent;
mod wait;
mod web_server;

pub use agent::{AgentProcess, AgentSettings};
pub use browser::Browser;
pub use cli::Cli;
pub use database::{Database, LedgerCount, PostgresServer};
pub use gate::{Gate, TcpGate};
pub use nginx::{Nginx, fingerprint_at};
pub use pair_watch::PairWatch;
pub use pkilint::pkilint;
pub use process::Running;
pub use programs::{BUILT, Programs, programs};
pub use relying_party::{Leaf, RelyingParty};
pub use scenario::{Scenario, ScenarioSettings};
pub use schemathesis::schemathesis;
pub use server::{ServerProcess, ServerSettings};
pub use simulated_agent::SimulatedAgent;
pub use wait::{PATIENCE, until};
pub use web_server::{WebServer, WebServerKind};

use anyhow::{Context, Result};
use certctl_domain::Timestamp;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The last `count` lines of a text.
pub fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A self-signed pair for `names`: certificate and key, PEM. What a server has before anybody
/// manages its certificates.
pub fn self_signed(names: &[&str]) -> Result<(String, String)> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let pair = rcgen::generate_simple_self_signed(names).context("cannot make a self-signed pair")?;
    Ok((pair.cert.pem(), pair.signing_key.serialize_pem()))
}

/// The machine's time.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Writes a file, with its path in the error.
pub fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a file, with its path in the error.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
