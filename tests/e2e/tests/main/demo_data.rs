//! Demo data: a company with a past, in every state there is.

use anyhow::{Context, Result};
use certctl_e2e::harness::{Cli, ScenarioSettings};
use serde_json::Value;
use std::collections::BTreeSet;

/// The values of a field in all rows of a list.
fn values<'v>(list: &'v Value, field: &str) -> BTreeSet<&'v str> {
    list["data"].as_array().into_iter().flatten().filter_map(|row| row[field].as_str()).collect()
}

#[tokio::test]
async fn demo_data_shows_every_state_and_stays_alive() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings.server.with("CERTCTL_DEMO_SEED", true);
    let scenario = settings.start()?;
    let cli = Cli::admin(&scenario)?;

    let certificates = cli.json(&["certs", "list", "--all"])?;
    let expected =
        BTreeSet::from(["Active", "Expired", "Expiring", "Failed", "Pending", "RenewalInProgress"]);
    assert_eq!(values(&certificates, "status"), expected);
    let archived = cli.json(&["certs", "list", "--status", "Archived"])?;
    assert_eq!(values(&archived, "id"), BTreeSet::from(["mc-brochure"]));
    let jobs = cli.json(&["jobs", "list", "--all"])?;
    for status in ["AwaitingApproval", "AwaitingCSR", "Cancelled", "Completed", "Failed"] {
        assert!(values(&jobs, "status").contains(status), "{status}: {:?}", values(&jobs, "status"));
    }
    let approvals = cli.json(&["approvals", "list", "--all"])?;
    assert_eq!(values(&approvals, "state"), BTreeSet::from(["approved", "expired", "pending", "rejected"]));
    let agents = cli.json(&["agents", "list"])?;
    assert_eq!(values(&agents, "status"), BTreeSet::from(["Offline", "Online"]));
    assert_eq!(cli.json(&["agents", "retired"])?["total"], 1);
    assert!(cli.json(&["violations", "list", "--open", "true"])?["total"].as_u64().context("no total")? > 3);

    let told = cli.json(&["notifications", "list", "--all"])?;
    for status in ["dead", "failed", "sent"] {
        assert!(values(&told, "status").contains(status), "{status}: {:?}", values(&told, "status"));
    }
    assert_eq!(values(&told, "delivery"), BTreeSet::from(["delivered", "no_notifier"]));
    let read = cli.json(&["notifications", "list", "--read", "true"])?;
    assert_eq!(read["total"], 6);
    let channels = cli.json(&["channels", "list"])?;
    assert_eq!(
        values(&channels, "type"),
        BTreeSet::from(["Email", "PagerDuty", "Slack", "Teams", "Webhook"])
    );

    // Real certificates: what is exported parses, and is for the name it is listed under.
    let pem = cli.told(&["certs", "export", "mc-www", "--download"])?;
    let leaf = certctl_pki::Certificate::parse_pem(&pem)?;
    assert_eq!(leaf.common_name(), Some("www.example.com"));

    // The simulated agents do what people at the demo ask for.
    cli.told(&["certs", "renew", "mc-www", "--wait=10m"])?;
    Ok(())
}
