//! Probes, identity, version.

use crate::support::{Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use std::sync::atomic::Ordering;

#[actix_web::test]
async fn probes_need_no_credential() {
    let bench = Bench::new();
    assert_eq!(bench.get("", "/health").await.body, r#"{"status":"healthy"}"#);
    assert_eq!(bench.get("", "/ready").await.body, r#"{"status":"ready","db":"reachable"}"#);
}

#[actix_web::test]
async fn a_server_without_its_database_is_not_ready_and_does_not_say_why() {
    let bench = Bench::new();
    bench.system.broken.store(true, Ordering::SeqCst);
    let answer = bench.get("", "/ready").await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    assert!(!answer.body.contains("db.internal"), "{}", answer.body);
    assert_eq!(bench.get("", "/health").await.status, 200);
}

#[actix_web::test]
async fn a_late_task_is_told_to_everybody_with_a_503() {
    let bench = Bench::new();
    let well = bench.get("", "/health/scheduler").await;
    assert_eq!(well.status, 200);
    assert_json_snapshot!("scheduler_healthy", well.json());
    bench.system.late.store(true, Ordering::SeqCst);
    let late = bench.get("", "/health/scheduler").await;
    assert_eq!(late.status, 503);
    assert_json_snapshot!("scheduler_unhealthy", late.json());
    bench.system.broken.store(true, Ordering::SeqCst);
    assert_eq!(bench.get("", "/health/scheduler").await.refusal(), (503, "unavailable".to_owned()));
}

#[actix_web::test]
async fn the_way_to_authenticate_is_public() {
    let answer = Bench::new().get("", "/auth/info").await;
    assert_eq!(answer.body, r#"{"auth_type":"api-key","required":true}"#);
}

#[actix_web::test]
async fn callers_can_ask_who_they_are() {
    let bench = Bench::new();
    assert_json_snapshot!("auth_check_admin", bench.get("admin", "/auth/check").await.json());
    assert_json_snapshot!("auth_check_agent", bench.get("agent:agent-1", "/auth/check").await.json());
    assert_eq!(bench.get("", "/auth/check").await.refusal(), (401, "missing_credential".to_owned()));
    assert_eq!(
        bench.get("retired:agent-1", "/auth/check").await.refusal(),
        (410, "agent_retired".to_owned())
    );
}

#[actix_web::test]
async fn the_version_is_public() {
    assert_json_snapshot!("version", Bench::new().get("", "/version").await.json());
}

#[actix_web::test]
async fn the_served_description_is_the_generated_one() {
    let answer = Bench::new().get("", "/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.body, certctl_handler::openapi_json().unwrap());
}

#[actix_web::test]
async fn an_error_carries_the_request_id_the_client_chose() {
    let answer = Bench::new()
        .send(request(Method::GET, "/nothing", "").insert_header(("x-request-id", "client-0001")))
        .await;
    assert_json_snapshot!("error_body", answer.json());
    assert_eq!(answer.header("x-request-id"), "client-0001");
}
