//! Reading a large inventory over HTTP: pages, searches, figures.

use crate::fill;
use crate::http::clients;
use crate::load::{Measured, measure as load};
use crate::place::Postgres;
use crate::table;
use anyhow::Result;
use certctl_e2e::harness::{Scenario, ScenarioSettings};
use std::time::Duration;

/// Few clients at once: the time of one answer counts here, not how many there are.
const CONNECTIONS: usize = 2;

/// Measures both engines at each size and prints their tables.
pub(crate) async fn measure(sizes: &[u32], span: Duration) -> Result<()> {
    let server = Postgres::start()?;
    for size in sizes {
        engine("SQLite", ScenarioSettings::sqlite()?, *size, span).await?;
        engine("PostgreSQL without fsync", ScenarioSettings::on(server.server.clone())?, *size, span).await?;
    }
    Ok(())
}

async fn engine(name: &str, mut settings: ScenarioSettings, certificates: u32, span: Duration) -> Result<()> {
    settings.server = settings
        .server
        .with("CERTCTL_LOG_LEVEL", "warn")
        .with("CERTCTL_RATE_LIMIT_ENABLED", false)
        .without("CERTCTL_DATABASE_MAX_CONNS");
    let scenario = settings.start()?;
    fill::inventory(&scenario.database.url().parse()?, certificates).await?;
    let clients: Vec<_> = clients(&scenario)?.into_iter().take(CONNECTIONS).collect();
    let cursor = cursor(&scenario, &clients).await?;
    let mut rows = Vec::new();
    for (what, path) in [
        ("page of 100", "certificates?per_page=100".to_owned()),
        ("page of 100 after a cursor", format!("certificates?per_page=100&cursor={cursor}")),
        ("page of 100, status=Expiring", "certificates?per_page=100&status=Expiring".to_owned()),
        ("page of 100, status=Expired", "certificates?per_page=100&status=Expired".to_owned()),
        ("page of 100, two filters", "certificates?per_page=100&environment=env-1&status=Active".to_owned()),
        ("page of 100, by end of validity", "certificates?per_page=100&sort=expires_at".to_owned()),
        (
            "page of 100, three filters and a cursor",
            format!(
                "certificates?per_page=100&environment=env-1&issuer_id=iss-local&owner_id=o-default&cursor={cursor}"
            ),
        ),
        ("search, one match", "certificates?per_page=100&search=ost-0000777.".to_owned()),
        ("search, a few hundred matches", "certificates?per_page=100&search=777.bench".to_owned()),
        ("search, everything matches", "certificates?per_page=100&search=bench.example".to_owned()),
        ("page of 100 audit events", "audit?per_page=100".to_owned()),
        ("page of 100 API calls", "audit/calls?per_page=100".to_owned()),
        ("page of 100 jobs", "jobs?per_page=100".to_owned()),
        ("stats/summary", "stats/summary".to_owned()),
        ("stats/certificates-by-status", "stats/certificates-by-status".to_owned()),
        ("stats/expiration-timeline, a year", "stats/expiration-timeline?days=365".to_owned()),
        ("metrics", "metrics".to_owned()),
        ("metrics/prometheus", "metrics/prometheus".to_owned()),
    ] {
        let url = format!("{}/api/v1/{path}", scenario.server.url());
        let bearer = scenario.admin_key.expose().to_owned();
        let seen = load(&clients, span, move |client, _| client.get(&url).bearer_auth(&bearer)).await?;
        rows.push(row(what, seen));
    }
    table::print(
        &format!("Reading on {name}, {certificates} certificates, {CONNECTIONS} connections"),
        &["request", "p50", "p95", "p99", "longest"],
        &rows,
    )
}

fn row(what: &str, seen: Measured) -> Vec<String> {
    let times = [seen.p50, seen.p95, seen.p99, seen.longest].map(table::time);
    std::iter::once(what.to_owned()).chain(times).collect()
}

/// A cursor into the list.
async fn cursor(scenario: &Scenario, clients: &[reqwest::Client]) -> Result<String> {
    let url = format!("{}/api/v1/certificates?per_page=100", scenario.server.url());
    let Some(client) = clients.first() else { return Ok(String::new()) };
    let answer = client.get(url).bearer_auth(scenario.admin_key.expose()).send().await?;
    let page: serde_json::Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(page.get("next_cursor").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned())
}
