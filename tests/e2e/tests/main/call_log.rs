//! The log of API calls on the real server.

use crate::access::plain;
use anyhow::{Context, Result, ensure};
use certctl_crypto::sha256_hex;
use certctl_domain::access::ActorType;
use certctl_domain::api_call::ApiCall;
use certctl_e2e::harness::{PATIENCE, Scenario, ScenarioSettings};
use certctl_repository::{ApiCallFilter, PageRequest};
use reqwest::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;
use tokio::task::JoinSet;

/// More than one page, and more than is written at once.
const CALLS: usize = 600;
const AT_ONCE: usize = 16;
const TEAMS: &str = "/api/v1/teams";

/// Every recorded call, read from the database itself: no server runs any more.
async fn recorded(scenario: &Scenario) -> Result<Vec<ApiCall>> {
    let read = scenario.database.with(|tx| {
        let (mut rows, mut page) = (Vec::new(), PageRequest::first(500));
        loop {
            let part = tx.api_calls().list(&ApiCallFilter::default(), &page)?;
            rows.extend(part.items);
            match part.next {
                Some(next) => page.after = Some(next),
                None => return Ok(rows),
            }
        }
    });
    read.await
}

fn body(number: usize) -> String {
    json!({"name": format!("Recorded {number}")}).to_string()
}

async fn nothing_is_lost(settings: ScenarioSettings) -> Result<()> {
    let mut settings = settings;
    settings.server = settings.server.with("CERTCTL_RATE_LIMIT_ENABLED", false);
    let mut scenario = settings.start()?;
    let (client, url) = (plain(&scenario.server)?, scenario.server.url().to_owned());
    let key = scenario.admin_key.expose().to_owned();

    for probe in ["/health", "/ready", "/api/v1/version"] {
        ensure!(client.get(format!("{url}{probe}")).send().await?.status() == StatusCode::OK, "{probe}");
    }
    let refused = client.get(format!("{url}{TEAMS}?page=1")).header("x-request-id", "stranger-1");
    assert_eq!(refused.send().await?.status(), StatusCode::UNAUTHORIZED);
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let call = client.post(format!("{url}{TEAMS}")).bearer_auth(&key).body(body(number));
        let call = call.header("content-type", "application/json");
        calls.spawn(call.header("x-request-id", format!("recorded-{number}")).send());
        if calls.len() >= AT_ONCE {
            let answer = calls.join_next().await.context("no call")???;
            assert_eq!(answer.status(), StatusCode::CREATED);
        }
    }
    while let Some(answer) = calls.join_next().await {
        assert_eq!(answer??.status(), StatusCode::CREATED);
    }
    // The last of them are still in the queue when the server is told to end.
    assert_eq!(scenario.server.running.terminate(PATIENCE)?.code(), Some(0));

    let rows = recorded(&scenario).await?;
    let by_request: BTreeMap<&str, &ApiCall> =
        rows.iter().filter_map(|row| Some((row.request_id.as_deref()?, row))).collect();
    for number in 0..CALLS {
        let id = format!("recorded-{number}");
        let row = by_request.get(&*id).with_context(|| format!("{id} was lost"))?;
        assert_eq!((&*row.method, &*row.path, row.route.as_deref()), ("POST", TEAMS, Some(TEAMS)));
        assert_eq!((&*row.actor, row.actor_type), ("admin", Some(ActorType::User)));
        assert_eq!(row.body_sha256, sha256_hex(body(number).as_bytes()));
        assert_eq!((row.status, row.client_address.as_deref()), (Some(201), Some("127.0.0.1")));
        assert!(row.latency_ms < 60_000, "{row:?}");
    }
    let stranger = by_request.get("stranger-1").context("a refused call is on record")?;
    assert_eq!((&*stranger.actor, stranger.actor_type, stranger.status), ("anonymous", None, Some(401)));
    assert_eq!((&*stranger.path, &*stranger.body_sha256), (TEAMS, ""), "the query is never kept");
    assert!(rows.iter().all(|row| row.lost == 0), "the queue was never full");
    let of_probes = |row: &&ApiCall| ["/health", "/ready", "/api/v1/version"].contains(&&*row.path);
    assert_eq!(rows.iter().filter(of_probes).count(), 0);
    Ok(())
}

#[tokio::test]
async fn every_call_is_on_record_after_the_server_has_stopped_on_sqlite() -> Result<()> {
    nothing_is_lost(ScenarioSettings::sqlite()?).await
}

#[tokio::test]
async fn every_call_is_on_record_after_the_server_has_stopped_on_postgresql() -> Result<()> {
    nothing_is_lost(ScenarioSettings::postgres()?).await
}
