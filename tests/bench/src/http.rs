//! Requests over loopback TLS to a real server, beside a constant answer of the same server.

use crate::fill::{self, DEFAULTS};
use crate::load::{CONNECTIONS, Measured, measure as load};
use crate::place::Postgres;
use crate::table;
use anyhow::Result;
use certctl_api_types::agent::EnrolmentTokenRequest;
use certctl_e2e::harness::{Scenario, ScenarioSettings, SimulatedAgent, read};
use serde_json::json;
use std::time::Duration;

/// Measures both engines and prints their tables.
pub(crate) async fn measure(certificates: u32, span: Duration) -> Result<()> {
    engine("SQLite", ScenarioSettings::sqlite()?, certificates, span).await?;
    let server = Postgres::start()?;
    let settings = ScenarioSettings::on(server.server.clone())?;
    engine("PostgreSQL without fsync", settings, certificates, span).await?;
    table::line(
        "\nThe clients run on the same machine and take their part of it. HTTP/1.1, one TLS 1.3 connection each.",
    )
}

async fn engine(name: &str, mut settings: ScenarioSettings, certificates: u32, span: Duration) -> Result<()> {
    settings.server = settings
        .server
        .with("CERTCTL_LOG_LEVEL", "warn")
        .with("CERTCTL_RATE_LIMIT_ENABLED", "false")
        .without("CERTCTL_DATABASE_MAX_CONNS");
    let scenario = settings.start()?;
    fill::certificates(&scenario.database.url().parse()?, certificates, DEFAULTS).await?;
    let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
    let agent = SimulatedAgent::enrol(&scenario.server, &token, "bench").await?;
    let clients = clients(&scenario)?;

    let url = scenario.server.url().to_owned();
    let key = scenario.admin_key.expose().to_owned();
    let health = format!("{url}/health");
    let constant = load(&clients, span, move |client, _| client.get(&health)).await?;
    let (list, bearer) = (format!("{url}/api/v1/certificates?per_page=50"), key.clone());
    let listed = load(&clients, span, move |client, _| client.get(&list).bearer_auth(&bearer)).await?;
    let (one, bearer) = (format!("{url}/api/v1/certificates/mc-bench-0000001"), key.clone());
    let got = load(&clients, span, move |client, _| client.get(&one).bearer_auth(&bearer)).await?;
    let work = format!(
        "{url}/api/v1/agents/{}/work?wait=0s&instance=0191d3a0-0000-7000-8000-000000000001",
        agent.id
    );
    let credential = agent.token.expose().to_owned();
    let polled = load(&clients, span, move |client, _| client.get(&work).bearer_auth(&credential)).await?;
    let create = format!("{url}/api/v1/certificates");
    let created = load(&clients, span, move |client, number| {
        let name = format!("new-{number}.bench.example");
        client.post(&create).bearer_auth(&key).json(&json!({
            "name": name, "common_name": name, "owner_id": "o-default", "team_id": "t-default",
            "issuer_id": "iss-local", "renewal_policy_id": "rp-default",
        }))
    })
    .await?;

    let row = |what: &str, seen: Measured| {
        vec![
            what.to_owned(),
            table::rate(seen.per_second),
            table::time(seen.p50),
            table::time(seen.p99),
            table::share(seen.per_second, constant.per_second),
        ]
    };
    table::print(
        &format!("HTTP on {name}, {certificates} certificates, {CONNECTIONS} connections"),
        &["request", "rate", "p50", "p99", "of the constant answer"],
        &[
            row("GET /health (constant)", constant),
            row("GET /api/v1/certificates?per_page=50", listed),
            row("GET /api/v1/certificates/{id}", got),
            row("GET /api/v1/agents/{id}/work, nothing to do", polled),
            row("POST /api/v1/certificates", created),
        ],
    )
}

/// One client for each connection.
pub(crate) fn clients(scenario: &Scenario) -> Result<Vec<reqwest::Client>> {
    let pem = read(&scenario.server.ca_bundle())?;
    let client = || -> Result<reqwest::Client> {
        let trusted = reqwest::Certificate::from_pem_bundle(pem.as_bytes())?;
        let client = reqwest::Client::builder().no_proxy().http1_only().tls_certs_only(trusted);
        Ok(client.timeout(Duration::from_secs(30)).build()?)
    };
    (0..CONNECTIONS).map(|_| client()).collect()
}
