//! The web console over a large inventory, in a browser: the suite is `web/e2e/speed.spec.ts`.

use crate::{fill, table};
use anyhow::Result;
use certctl_e2e::harness::{Browser, ScenarioSettings};
use serde_json::json;

/// Fills a server and prints what the browser measures.
pub(crate) async fn measure(certificates: u32) -> Result<()> {
    let browser = Browser::find()?;
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server =
        settings.server.with("CERTCTL_LOG_LEVEL", "warn").with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let scenario = settings.start()?;
    fill::inventory(&scenario.database.url().parse()?, certificates).await?;
    let large = json!({
        "url": scenario.server.url(),
        "key": scenario.admin_key.expose(),
        "ca": scenario.server.ca_bundle(),
    });
    let said = browser.run("speed", json!({ "large": large }), scenario.directory()).await?;
    let rows: Vec<Vec<String>> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix('|')?.strip_suffix('|'))
        .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    let title = format!("The web console in Chromium, SQLite, {certificates} certificates");
    table::print(&title, &["what", "middle", "longest"], &rows)
}
