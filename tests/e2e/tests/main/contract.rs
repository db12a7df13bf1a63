//! The server keeps to its own OpenAPI document: no answer that is not described, no server error,
//! whatever is sent.

use anyhow::{Context, Result, ensure};
use certctl_client::{Client, Request};
use certctl_e2e::harness::{ScenarioSettings, read, schemathesis, tail, write};
use reqwest::Method;
use serde_json::Value;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// What schemathesis judges.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_schema_conformance,response_headers_conformance,allow_header_conformance";
/// Routes of agents answer every other caller alike, and live events never end.
const EXCLUDED: &str = r"^/api/v1/(events|agents/\{id\}/(work|csr|heartbeat|jobs|certificates))";
/// Lists whose objects the routes below them are tried with.
const COLLECTIONS: [&str; 18] = [
    "certificates",
    "issuers",
    "targets",
    "agents",
    "agent-groups",
    "jobs",
    "approvals",
    "teams",
    "owners",
    "profiles",
    "renewal-policies",
    "policies",
    "violations",
    "operations",
    "audit",
    "api-keys",
    "notifications",
    "audit/calls",
];

#[tokio::test]
async fn every_answer_is_one_that_the_openapi_document_describes() -> Result<()> {
    let mut settings = ScenarioSettings::sqlite()?;
    // Digests are on, because those that are off are answered 503. Their mail goes nowhere: the egress
    // policy refuses this host.
    settings.server = settings
        .server
        .with("CERTCTL_DEMO_SEED", true)
        .with("CERTCTL_RATE_LIMIT_ENABLED", false)
        .with("CERTCTL_DIGEST_ENABLED", true)
        .with("CERTCTL_DIGEST_RECIPIENTS", "ops@example.com")
        .with("CERTCTL_SMTP_HOST", "127.0.0.1")
        .with("CERTCTL_SMTP_FROM_ADDRESS", "certctl@example.com");
    let scenario = settings.start()?;
    let configuration = scenario.directory().join("schemathesis.toml");
    write(&configuration, &known_objects(&scenario.admin).await?)?;
    let url = scenario.server.url();
    let output = Command::new(schemathesis()?)
        .arg("--config-file")
        .arg(&configuration)
        .args(["run", &format!("{url}/api/v1/openapi.json"), "--url", url])
        .arg("--tls-verify")
        .arg(scenario.server.ca_bundle())
        .args(["--header", &format!("Authorization: Bearer {}", scenario.admin_key.expose())])
        .args(["--phases", "examples,fuzzing", "--max-examples", "30", "--seed", "1", "--workers", "2"])
        .args(["--checks", CHECKS, "--continue-on-failure", "--exclude-path-regex", EXCLUDED])
        .args(["--warnings", "off", "--no-color"])
        .current_dir(scenario.directory())
        .stdin(Stdio::null())
        .output()
        .context("cannot run schemathesis")?;
    let told = String::from_utf8_lossy(&output.stdout);
    ensure!(
        output.status.success(),
        "{}\n{}\n{}",
        tail(&told, 200),
        String::from_utf8_lossy(&output.stderr),
        tail(&read(&scenario.directory().join("server.log")).unwrap_or_default(), 20)
    );
    Ok(())
}

/// A configuration that names one object of each list, so that requests get past "not found".
async fn known_objects(admin: &Client) -> Result<String> {
    let mut text = String::new();
    for collection in COLLECTIONS {
        let path = collection.split('/');
        let Ok(answer) = admin.request(&Request::new(Method::GET, path).query("per_page", "1")).await else {
            continue;
        };
        let Some(id) = answer.json()?.pointer("/data/0/id").and_then(Value::as_str).map(ToOwned::to_owned)
        else {
            continue;
        };
        writeln!(
            text,
            "[[operations]]\ninclude-path-regex = '^/api/v1/{collection}/\\{{id\\}}'\n\
             parameters = {{ \"path.id\" = \"{id}\" }}\n"
        )?;
    }
    Ok(text)
}
