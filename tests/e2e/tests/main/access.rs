//! Who may do what, on the real server.

use anyhow::{Context, Result};
use certctl_api_types::agent::{EnrolRequest, EnrolmentTokenRequest, Heartbeat};
use certctl_api_types::work::{CsrRequest, JobReport};
use certctl_client::ClientError;
use certctl_crypto::SecretString;
use certctl_domain::id::{CertificateId, JobId};
use certctl_e2e::harness::{Scenario, ScenarioSettings, ServerProcess, SimulatedAgent, read};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// Everything else wants a credential.
const PUBLIC: [(&str, &str); 10] = [
    ("get", "/health"),
    ("get", "/health/scheduler"),
    ("get", "/ready"),
    ("get", "/api/v1/auth/info"),
    ("post", "/api/v1/auth/session"),
    ("delete", "/api/v1/auth/session"),
    ("get", "/api/v1/openapi.json"),
    ("get", "/api/v1/version"),
    ("post", "/api/v1/agents/enroll"),
    ("get", "/api/v1/"),
];

/// A plain HTTPS client that trusts the server.
pub(crate) fn plain(server: &ServerProcess) -> Result<reqwest::Client> {
    let trusted = reqwest::Certificate::from_pem_bundle(read(&server.ca_bundle())?.as_bytes())?;
    let client =
        reqwest::Client::builder().no_proxy().tls_certs_only(trusted).timeout(Duration::from_secs(30));
    Ok(client.build()?)
}

/// Many refusals from one address would be slowed down, which other tests are about.
fn unlimited() -> Result<Scenario> {
    let mut settings = ScenarioSettings::sqlite()?;
    settings.server = settings.server.with("CERTCTL_RATE_LIMIT_ENABLED", false);
    settings.start()
}

/// Method, path pattern and permission of every route the server says it has.
async fn routes(scenario: &Scenario) -> Result<Vec<(String, String, Option<String>)>> {
    let document = scenario.admin.system().openapi().await?;
    let paths = document.get("paths").and_then(Value::as_object).context("no paths")?;
    let mut routes = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().context("no object")? {
            if ["get", "post", "put", "delete", "patch"].contains(&method.as_str()) {
                let permission = operation["x-permission"].as_str().map(ToOwned::to_owned);
                routes.push((method.clone(), path.clone(), permission));
            }
        }
    }
    assert!(routes.len() > 30, "{} routes", routes.len());
    Ok(routes)
}

/// A concrete path for a pattern.
fn concrete(pattern: &str) -> String {
    let segment = |text: &str| if text.starts_with('{') { "x-1".to_owned() } else { text.to_owned() };
    pattern.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_but_the_public_ones_refuses_anonymous_callers() -> Result<()> {
    let scenario = unlimited()?;
    let client = plain(&scenario.server)?;
    for (method, pattern, _) in routes(&scenario).await? {
        if PUBLIC.contains(&(method.as_str(), pattern.as_str())) {
            continue;
        }
        let url = format!("{}{}", scenario.server.url(), concrete(&pattern));
        for credential in [None, Some("Bearer ck_wrong"), Some("Basic YTpi"), Some("Bearer ")] {
            let mut request = client.request(Method::from_bytes(method.to_uppercase().as_bytes())?, &url);
            if let Some(credential) = credential {
                request = request.header("authorization", credential);
            }
            let answer = request.json(&json!({})).send().await?;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {pattern} with {credential:?}");
            let body: Value = answer.json().await?;
            assert!(body["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_viewer_reads_everything_and_changes_nothing() -> Result<()> {
    let scenario = unlimited()?;
    let made =
        scenario.server.settings().command(&["key", "create", "--name", "reader", "--role", "viewer"])?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let key = String::from_utf8(made.stdout)?.trim().to_owned();
    let client = plain(&scenario.server)?;
    let mut writes = 0;
    for (method, pattern, permission) in routes(&scenario).await? {
        let Some(permission) = permission else { continue };
        let url = format!("{}{}", scenario.server.url(), concrete(&pattern));
        let request = client.request(Method::from_bytes(method.to_uppercase().as_bytes())?, &url);
        let status = request.bearer_auth(&key).json(&json!({})).send().await?.status();
        if ["inventory.read", "audit.read", "metrics.read", "notification.read"]
            .contains(&permission.as_str())
        {
            let answered = ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
            // A digest that is switched off is answered 503, whoever asks.
            let off = status == StatusCode::SERVICE_UNAVAILABLE && pattern.contains("/digest/");
            assert!(answered && (off || !status.is_server_error()), "{method} {pattern}: {status}");
            // What only looks and yet is no GET takes a description of what to look for.
            assert!(method == "get" || pattern.ends_with("/preview"), "{method} {pattern} changes something");
        } else {
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} {pattern}");
            writes += 1;
        }
    }
    assert!(writes > 15, "{writes} writing routes");

    let issuer = scenario.issuer("1h").await?;
    let viewer = scenario.server.client(&SecretString::new(key))?;
    let refused = viewer.certificates().create(&Scenario::request("www.viewer.example", &issuer, &[])?).await;
    assert_eq!(refused.err().and_then(|error| error.status()), Some(403));
    assert_eq!(viewer.certificates().list(&certctl_client::ListQuery::new()).await?.total, 0);
    Ok(())
}

#[tokio::test]
async fn an_agent_reaches_its_own_routes_only() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let mut agents = Vec::new();
    for name in ["one", "two"] {
        let token = scenario.admin.agents().issue_token(&EnrolmentTokenRequest::default()).await?.token;
        agents.push(SimulatedAgent::enrol(&scenario.server, &token, name).await?);
    }
    let [one, two] = agents.as_slice() else { anyhow::bail!("two agents") };
    let client = scenario.server.client(&one.token)?;
    client.agent_work(&one.id).heartbeat(&Heartbeat::default()).await?;

    let others = client.agent_work(&two.id);
    let (certificate, job) = (CertificateId::parse("mc-any")?, JobId::parse("job-any")?);
    let csr = CsrRequest { csr_pem: String::new(), certificate_id: certificate.clone(), job_id: None };
    let report: JobReport = serde_json::from_value(json!({"status": "Completed"}))?;
    let status = |error: Option<ClientError>| error.and_then(|error| error.status());
    assert_eq!(status(others.heartbeat(&Heartbeat::default()).await.err()), Some(403));
    assert_eq!(
        status(others.claim("0191d3a0-0000-7000-8000-000000000001", Duration::ZERO, 1).await.err()),
        Some(403)
    );
    assert_eq!(status(others.submit_csr(&csr).await.err()), Some(403));
    assert_eq!(status(others.certificate(&certificate, None).await.err()), Some(403));
    assert_eq!(status(others.report(&job, &report).await.err()), Some(403));
    assert_eq!(status(client.certificates().list(&certctl_client::ListQuery::new()).await.err()), Some(403));
    assert_eq!(status(client.agents().get(&two.id).await.err()), Some(403));
    Ok(())
}

#[tokio::test]
async fn an_enrolment_token_works_once() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let made = scenario.server.settings().command(&["enroll-token"])?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let token = SecretString::new(String::from_utf8(made.stdout)?.trim());
    let request = EnrolRequest {
        name: "once".to_owned(),
        version: String::new(),
        hostname: String::new(),
        os: String::new(),
        architecture: String::new(),
        ip_address: String::new(),
    };
    let anonymous = scenario.server.anonymous()?;
    anonymous.agents().enrol(&token, &request).await?;
    let again = EnrolRequest { name: "twice".to_owned(), ..request.clone() };
    for token in [&token, &SecretString::new("ce_never_issued"), &SecretString::new("")] {
        let refused =
            anonymous.agents().enrol(token, &again).await.err().context("a used token was accepted")?;
        assert_eq!(refused.status(), Some(401), "{refused}");
    }
    assert_eq!(scenario.admin.agents().list(&certctl_client::ListQuery::new()).await?.total, 1);
    Ok(())
}
