//! `cargo xtask screenshots`: what the main pages of the web console look like, on the demo's data.

use anyhow::{Context, Result};
use certctl_e2e::harness::{Browser, ScenarioSettings};
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

async fn run() -> Result<()> {
    let browser = Browser::find()?;
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images");
    std::fs::create_dir_all(&images).with_context(|| format!("cannot make {}", images.display()))?;
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server =
        settings.server.with("CERTCTL_DEMO_SEED", true).with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let scenario = settings.start()?;
    let setting = json!({
        "demo": {
            "url": scenario.server.url(),
            "key": scenario.admin_key.expose(),
            "ca": scenario.server.ca_bundle(),
        },
        "images": images.canonicalize()?,
    });
    let said = browser.run("screenshots", setting, scenario.directory()).await?;
    std::io::stdout().write_all(said.as_bytes()).context("cannot write to standard output")
}

fn main() -> ExitCode {
    certctl_lifecycle::entry(run)
}
