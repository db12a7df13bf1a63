//! Demo data: a company with a past, in every state there is.

use anyhow::{Context, Result};
use certctl_e2e::harness::{Cli, Scenario, ScenarioSettings};
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
    let expected = BTreeSet::from([
        "Active",
        "Expired",
        "Expiring",
        "Failed",
        "Pending",
        "RenewalInProgress",
        "Revoked",
    ]);
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
    let held = cli.json(&["revocations", "list", "--reason", "certificateHold"])?;
    assert_eq!(values(&held, "certificate_id"), BTreeSet::from(["mc-voting"]));
    revocation_shows_everywhere(&scenario, &cli).await?;

    // Real certificates: what is exported parses, and is for the name it is listed under.
    let pem = cli.told(&["certs", "export", "mc-www", "--download"])?;
    let leaf = certctl_pki::Certificate::parse_pem(&pem)?;
    assert_eq!(leaf.common_name(), Some("www.example.com"));

    // The simulated agents do what people at the demo ask for.
    cli.told(&["certs", "renew", "mc-www", "--wait=10m"])?;
    Ok(())
}

/// A revocation stands in the inventory, in the figures and in the metrics, and a hold ends.
async fn revocation_shows_everywhere(scenario: &Scenario, cli: &Cli) -> Result<()> {
    let revoked = || -> Result<u64> {
        cli.json(&["certs", "list", "--status", "Revoked"])?["total"].as_u64().context("no total")
    };
    assert_eq!(revoked()?, 2);
    let preview = cli.json(&["certs", "revoke", "mc-mail", "--reason", "superseded", "--dry-run"])?;
    assert_eq!((&preview["status"], &preview["status_after"]), (&"preview".into(), &"Revoked".into()));
    assert_eq!(preview["targets"][0]["target_id"], "tgt-mail-1");
    assert_eq!(revoked()?, 2);

    let done = cli.json(&["certs", "revoke", "mc-mail", "--reason", "superseded", "--yes"])?;
    assert_eq!((&done["status"], &done["certificate"]["status"]), (&"revoked".into(), &"Revoked".into()));
    assert_eq!(done["revocations"][0]["issuer_notified"], true);
    assert_eq!(revoked()?, 3);
    let serial = done["revocations"][0]["serial_number"].as_str().context("no serial number")?;
    let issuer = done["revocations"][0]["issuer_id"].as_str().context("no issuer")?;
    let entries = cli.json(&["crl", "entries", issuer])?;
    assert!(values(&entries, "serial_number").contains(serial));
    let summary = cli.json(&["stats", "summary"])?;
    assert_eq!(summary["revoked_certificates"], 3, "{summary}");
    assert!((scenario.counter("certctl_certificate_revoked").await? - 3.0).abs() < f64::EPSILON);

    cli.told(&["certs", "unhold", "mc-voting"])?;
    assert_eq!(revoked()?, 2);
    assert_eq!(cli.json(&["certs", "get", "mc-voting"])?["status"], "Active");
    let refused = scenario.admin.certificates().unhold(&"mc-voting".parse()?).await;
    assert_eq!(refused.err().and_then(|error| error.status()), Some(409));
    Ok(())
}
