//! Requests that make no sense are refused with a code, a message and a request id.

use crate::access::plain;
use anyhow::Result;
use certctl_e2e::harness::Scenario;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

/// Method, path, content type, body; status and code of the answer.
type Case = (Method, &'static str, &'static str, String, u16, &'static str);

fn cases() -> Vec<Case> {
    const JSON: &str = "application/json";
    let certificate = |change: Value| {
        let mut body = json!({
            "name": "www", "common_name": "www.input.example", "owner_id": "o-default", "team_id": "t-default",
            "issuer_id": "iss-local", "renewal_policy_id": "rp-default",
        });
        if let (Some(body), Some(change)) = (body.as_object_mut(), change.as_object()) {
            body.extend(change.clone());
        }
        body.to_string()
    };
    let post = |path, body: String, status, code| (Method::POST, path, JSON, body, status, code);
    let get = |path, status, code| (Method::GET, path, JSON, String::new(), status, code);
    let certificates = "/api/v1/certificates";
    vec![
        post(certificates, "{\"name\": ".to_owned(), 400, "malformed_json"),
        post(certificates, format!("{} trailing", certificate(json!({}))), 400, "malformed_json"),
        post(certificates, String::new(), 400, "missing_body"),
        post(certificates, "[]".to_owned(), 400, "invalid_request"),
        post(certificates, certificate(json!({"surprise": 1})), 400, "invalid_request"),
        post(certificates, certificate(json!({"owner_id": "Not An Id"})), 400, "invalid_request"),
        post(certificates, certificate(json!({"owner_id": "o-unknown"})), 422, "unprocessable"),
        post(certificates, certificate(json!({"common_name": "not a name"})), 400, "invalid_request"),
        post(certificates, certificate(json!({"sans": ["exa mple"]})), 400, "invalid_request"),
        (Method::POST, certificates, "text/plain", certificate(json!({})), 415, "unsupported_media_type"),
        post(certificates, format!("\"{}\"", "x".repeat(1_100_000)), 413, "body_too_large"),
        get("/api/v1/certificates/Not%20An%20Id", 400, "invalid_request"),
        get("/api/v1/certificates/mc-unknown", 404, "not_found"),
        get("/api/v1/certificates?cursor=nonsense", 400, "invalid_request"),
        get("/api/v1/certificates?status=Sleepy", 400, "invalid_request"),
        get("/api/v1/certificates?per_page=0", 400, "invalid_request"),
        get("/api/v1/certificates?page=minus", 400, "invalid_request"),
        get("/api/v1/jobs?type=Dream", 400, "invalid_request"),
        get("/api/v1/no-such-thing", 404, "route_not_found"),
        (Method::PATCH, certificates, JSON, String::new(), 405, "method_not_allowed"),
        post("/api/v1/issuers", json!({"name": "x", "type": "Unheard"}).to_string(), 400, "invalid_request"),
        post(
            "/api/v1/issuers",
            json!({"name": "x", "type": "GenericCA", "config": {"validity": "1s"}}).to_string(),
            422,
            "unprocessable",
        ),
        post(
            "/api/v1/issuers",
            json!({"name": "x", "type": "GenericCA", "config": {"no_such_field": 1}}).to_string(),
            422,
            "unprocessable",
        ),
    ]
}

#[tokio::test]
async fn nonsense_is_refused_with_a_stable_code_and_changes_nothing() -> Result<()> {
    let scenario = Scenario::sqlite()?;
    let client = plain(&scenario.server)?;
    let mut wrong = Vec::new();
    for (method, path, media, body, status, code) in cases() {
        let mut request = client.request(method.clone(), format!("{}{path}", scenario.server.url()));
        request = request.bearer_auth(scenario.admin_key.expose());
        if method != Method::GET {
            request = request.header("content-type", media).body(body.clone());
        }
        let answer = request.send().await?;
        let (seen, kind) = (answer.status().as_u16(), answer.headers().get("content-type").cloned());
        let told: Value = answer.json().await?;
        let whole = ["error", "message", "request_id"]
            .iter()
            .all(|field| told[field].as_str().is_some_and(|text| !text.is_empty()));
        if (seen, told["error"].as_str()) != (status, Some(code)) || !whole {
            let body: String = body.chars().take(80).collect();
            wrong.push(format!("{method} {path} {body}: expected {status} {code}, got {seen} {told}"));
        }
        assert_eq!(kind, Some(HeaderValue::from_static("application/json")), "{method} {path}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(scenario.admin.certificates().list(&certctl_client::ListQuery::new()).await?.total, 0);
    assert_eq!(scenario.admin.issuers().list(&certctl_client::ListQuery::new()).await?.total, 1);
    Ok(())
}
