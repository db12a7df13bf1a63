//! Routes of agents for operators, and enrolment.

use crate::support::{Answer, Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

#[actix_web::test]
async fn agents_in_service_are_listed_apart_from_retired_ones() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/agents?per_page=1").await;
    assert_json_snapshot!("agent_list", answer.json());
    assert!(!answer.body.contains("cdcd"), "the credential's hash is shown: {}", answer.body);
    assert_eq!(bench.get("viewer", "/agents?status=Offline").await.json()["total"], 0);
    assert_eq!(bench.get("viewer", "/agents?search=agent-2").await.json()["data"][0]["id"], "agent-2");
    assert_eq!(bench.get("viewer", "/agents/retired?search=agent-2").await.json()["total"], 0);
    assert_json_snapshot!("agent_list_retired", bench.get("viewer", "/agents/retired").await.json());
    assert_eq!(bench.get("viewer", "/agents?status=Asleep").await.field(), "status");
    assert_eq!(bench.get("viewer", "/agents/retired?status=Online").await.field(), "status");
}

#[actix_web::test]
async fn one_agent_is_shown_retired_or_not() {
    let bench = Bench::new();
    assert_eq!(bench.get("viewer", "/agents/agent-1").await.json()["status"], "Online");
    assert_eq!(bench.get("viewer", "/agents/agent-9").await.json()["status"], "Offline");
    assert_eq!(bench.get("viewer", "/agents/agent-none").await.refusal(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn an_agent_is_added_with_a_token() {
    let bench = Bench::new();
    let answer =
        bench.post("admin", "/agents", &json!({ "name": "db-1", "hostname": "db-1.example.com" })).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/agents/agent-3"));
    assert_json_snapshot!("agent_created", answer.json());
    let taken = json!({ "name": "agent-1 host", "hostname": "x" });
    assert_eq!(bench.post("admin", "/agents", &taken).await.refusal(), (409, "already_exists".to_owned()));
    assert_eq!(bench.post("admin", "/agents", &json!({ "name": "x" })).await.field(), "hostname");
    assert_eq!(bench.post("operator", "/agents", &taken).await.refusal().0, 403);
}

#[actix_web::test]
async fn enrolment_tokens_last_an_hour_or_as_long_as_asked() {
    let bench = Bench::new();
    let answer = bench.act("admin", "/agents/enrolment-tokens").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (201, r#"{"token":"one-time","expires_at":"2026-01-01T01:00:00Z"}"#)
    );
    let day = bench.post("admin", "/agents/enrolment-tokens", &json!({ "validity_seconds": 86_400 })).await;
    assert_eq!(day.json()["expires_at"], "2026-01-02T00:00:00Z");
    for seconds in [59, 604_801] {
        let refused =
            bench.post("admin", "/agents/enrolment-tokens", &json!({ "validity_seconds": seconds })).await;
        assert_eq!(refused.field(), "validity_seconds");
    }
}

async fn enrol(bench: &Bench, token: Option<&'static str>, body: &Value) -> Answer {
    let mut request = request(Method::POST, "/agents/enroll", "")
        .peer_addr("192.0.2.20:999".parse().unwrap())
        .set_json(body);
    if let Some(token) = token {
        request = request.insert_header(("x-certctl-bootstrap-token", token));
    }
    bench.send(request).await
}

#[actix_web::test]
async fn an_agent_enrols_with_a_token_and_nothing_else() {
    let bench = Bench::new();
    let body = json!({ "name": "db-2", "version": "1.2.3" });
    let answer = enrol(&bench, Some("one-time"), &body).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/agents/agent-4"));
    assert_eq!(answer.body, r#"{"agent_id":"agent-4","api_key":"agent-credential"}"#);

    let wrong = enrol(&bench, Some("used"), &body).await;
    assert_eq!(wrong.refusal(), (401, "invalid_enrolment_token".to_owned()));
    assert_eq!(wrong.header("www-authenticate"), "Bearer realm=\"certctl\"");
    for none in [None, Some("")] {
        assert_eq!(enrol(&bench, none, &body).await.refusal(), (401, "missing_credential".to_owned()));
    }
    assert_eq!(enrol(&bench, Some("one-time"), &json!({})).await.field(), "name");
}

#[actix_web::test]
async fn an_agent_is_retired_once() {
    let bench = Bench::new();
    let answer = bench.delete("admin", "/agents/agent-2").await;
    assert_eq!(answer.status, 200);
    assert_json_snapshot!("agent_retired", answer.json());
    let before = bench.delete("admin", "/agents/agent-9").await;
    assert_eq!((before.status, before.body.as_str()), (204, ""));
    assert_eq!(bench.delete("admin", "/agents/agent-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn an_agent_that_others_depend_on_is_retired_only_by_force_and_with_a_reason() {
    let bench = Bench::new();
    let blocked = bench.delete("admin", "/agents/agent-1").await;
    assert_eq!(blocked.status, 409);
    assert_json_snapshot!("agent_blocked", blocked.json());
    assert_eq!(bench.delete("admin", "/agents/agent-1?force=true").await.field(), "reason");
    let forced = bench.delete("admin", "/agents/agent-1?force=true&reason=the%20host%20burnt").await;
    assert_eq!((forced.status, &forced.json()["cascade"]), (200, &json!(true)));
    assert_eq!(bench.delete("admin", "/agents/agent-1?force=perhaps").await.field(), "force");
}
