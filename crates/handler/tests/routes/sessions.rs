//! Routes of the console's sessions.

use crate::support::{Answer, Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

const COOKIE: &str = "__Host-certctl_session";

async fn with_session(bench: &Bench, method: Method, path: &str, who: &str, csrf: &str) -> Answer {
    let mut call =
        request(method, &format!("/api/v1{path}"), "").insert_header(("cookie", format!("{COOKIE}={who}")));
    if !csrf.is_empty() {
        call = call.insert_header(("x-csrf-token", csrf.to_owned()));
    }
    bench.send(call).await
}

#[actix_web::test]
async fn a_key_is_exchanged_for_a_cookie_that_no_script_and_no_other_site_can_use() {
    let bench = Bench::new();
    let answer = bench.post("", "/auth/session", &json!({ "api_key": " operator\n" })).await;
    assert_eq!(
        answer.header("set-cookie"),
        format!("{COOKIE}=operator; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_json_snapshot!("session_opened", answer.json());
    let refused = bench.post("", "/auth/session", &json!({ "api_key": "stolen" })).await;
    assert_eq!(refused.header("set-cookie"), "");
    assert_eq!(refused.refusal(), (401, "invalid_credential".to_owned()));
    assert_eq!(bench.post("", "/auth/session", &json!({})).await.field(), "api_key");
}

#[actix_web::test]
async fn a_session_reads_by_itself_and_changes_only_with_its_second_token() {
    let bench = Bench::new();
    let who = with_session(&bench, Method::GET, "/auth/session", "operator", "").await;
    assert_eq!(
        (&who.json()["role"], &who.json()["console"]["csrf_token"]),
        (&json!("operator"), &json!("csrf of operator"))
    );
    for wrong in ["", "csrf of admin", "csrf of operato"] {
        let answer = with_session(&bench, Method::DELETE, "/teams/sample-1", "operator", wrong).await;
        assert_eq!(answer.refusal(), (403, "missing_csrf_token".to_owned()), "{wrong:?}");
    }
    let answer =
        with_session(&bench, Method::POST, "/jobs/job-1/retry", "operator", "csrf of operator").await;
    assert_ne!(answer.status, 403, "{}", answer.body);
    let ended = with_session(&bench, Method::GET, "/teams", "stranger", "").await;
    assert_eq!(ended.refusal(), (401, "session_ended".to_owned()));
    // A session does what its role may, and no more.
    let answer = with_session(&bench, Method::GET, "/api-keys", "operator", "").await;
    assert_eq!(answer.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn a_bearer_token_needs_no_second_token_and_goes_before_the_cookie() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/auth/session").await;
    assert_eq!(answer.json().get("console"), None);
    assert_eq!(answer.json()["permissions"][0], "inventory.read");
    let both = request(Method::GET, "/api/v1/auth/session", "viewer")
        .insert_header(("cookie", format!("{COOKIE}=admin")));
    assert_eq!(bench.send(both).await.json()["user"], "viewer");
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_clears_the_cookie() {
    let bench = Bench::new();
    let answer = with_session(&bench, Method::DELETE, "/auth/session", "operator", "").await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").starts_with(&format!("{COOKIE}=; Path=/; Max-Age=0;")));
    assert_eq!(*bench.sessions.0.lock().unwrap(), ["operator"]);
    // Without a session there is nothing to end.
    assert_eq!(bench.delete("", "/auth/session").await.status, 204);
    assert_eq!(bench.sessions.0.lock().unwrap().len(), 1);
}

#[actix_web::test]
async fn the_kinds_of_connectors_are_described_for_forms() {
    let bench = Bench::new();
    assert_json_snapshot!("connector_types", bench.get("viewer", "/connector-types").await.json());
    assert_eq!(bench.get("metrics", "/connector-types").await.refusal().0, 403);
}
