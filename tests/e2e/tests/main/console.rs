//! The web console in a browser: against a server with demo data, and from an empty one to a
//! certificate that a real nginx serves.

use anyhow::{Context, Result, ensure};
use certctl_e2e::harness::{AgentSettings, Scenario, ScenarioSettings, programs};
use certctl_test_support::find_program;
use serde_json::json;
use std::path::Path;
use std::process::{Command, Stdio};

/// The name that nginx serves.
const NAME: &str = "www.console.test";

/// Needs Node.js, Chromium and a console that was built: `cargo xtask test` sees to all three.
#[tokio::test]
async fn people_do_their_work_in_the_console() -> Result<()> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web").canonicalize()?;
    let is_built = web.join("dist/console/index.html").is_file() && web.join("node_modules").is_dir();
    let (Some(npx), Some(chromium), true) = (find_program("npx"), find_program("chromium"), is_built) else {
        println!("without Node.js, Chromium and `cargo xtask web` nobody opens the console");
        return Ok(());
    };
    let mut settings = ScenarioSettings::sqlite()?;
    // Many pages in a short time come from one address here.
    settings.server =
        settings.server.with("CERTCTL_DEMO_SEED", true).with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let demo = settings.start()?;
    let empty = Scenario::sqlite()?;
    let nginx = empty.nginx(NAME).await?;
    let agent = AgentSettings::new(empty.directory(), "web-1", &empty.server)?;
    let setting = json!({
        "chromium": chromium,
        "demo": { "url": demo.server.url(), "key": demo.admin_key.expose() },
        "empty": {
            "url": empty.server.url(), "key": empty.admin_key.expose(), "ca": empty.server.ca_bundle(),
        },
        "agent": { "program": programs()?.agent, "state": agent.state_dir() },
        "nginx": { "name": NAME, "target": nginx.target_config() },
    });
    let output = Command::new(npx)
        .args(["--no-install", "playwright", "test"])
        .env("CERTCTL_CONSOLE_E2E", setting.to_string())
        .current_dir(&web)
        .stdin(Stdio::null())
        .output()
        .context("cannot run Playwright")?;
    println!("{}", String::from_utf8_lossy(&output.stdout));
    ensure!(
        output.status.success(),
        "the console failed in the browser:\n{}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        demo.server.running.story()
    );
    Ok(())
}
