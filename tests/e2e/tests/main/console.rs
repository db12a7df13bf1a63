//! The web console in a browser. The suites themselves are in `web/e2e`; here stands what they
//! look at: servers, an agent's program, an nginx, a receiver of webhooks.

use anyhow::Result;
use certctl_e2e::harness::{AgentSettings, Browser, Scenario, ScenarioSettings, programs};
use certctl_test_support::{FakeReceiver, Reply};
use serde_json::{Value, json};

/// The name that nginx serves.
const NAME: &str = "www.console.test";

fn server(scenario: &Scenario) -> Value {
    json!({
        "url": scenario.server.url(),
        "key": scenario.admin_key.expose(),
        "ca": scenario.server.ca_bundle(),
    })
}

#[tokio::test]
async fn an_empty_installation_comes_to_serve_what_was_made_in_the_browser() -> Result<()> {
    let browser = Browser::find()?;
    let hook = FakeReceiver::start()?;
    // What it refuses once ends among the dead letters.
    hook.answer_in_turn([Reply::status(404)]);
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings.server.with("CERTCTL_EGRESS_ALLOW", "127.0.0.1");
    let scenario = settings.start()?;
    let nginx = scenario.nginx(NAME).await?;
    let agent = AgentSettings::new(scenario.directory(), "web-1", &scenario.server)?;
    let setting = json!({
        "empty": server(&scenario),
        "agent": { "program": programs()?.agent, "state": agent.state_dir() },
        "nginx": { "name": NAME, "target": nginx.target_config() },
        "hook": hook.url("/hook"),
    });
    println!("{}", browser.run("served", setting, scenario.directory()).await?);
    Ok(())
}

#[tokio::test]
async fn people_do_their_work_on_pages_that_are_clean_in_both_themes() -> Result<()> {
    let browser = Browser::find()?;
    let mut settings = ScenarioSettings::sqlite()?;
    // Many pages in a short time come from one address here.
    settings.server =
        settings.server.with("CERTCTL_DEMO_SEED", true).with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let scenario = settings.start()?;
    let run = async |project: &str| {
        browser.run(project, json!({ "demo": server(&scenario) }), scenario.directory()).await
    };
    // What is looked at bears that others work on it.
    let (work, pages) = tokio::try_join!(run("work"), run("pages"))?;
    println!("{work}\n{pages}");
    Ok(())
}
