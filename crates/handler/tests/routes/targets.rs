//! Routes of targets.

use crate::support::{Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn retired_targets_are_listed_on_demand() {
    let bench = Bench::new();
    assert_json_snapshot!("target_list", bench.get("viewer", "/targets").await.json());
    let all = bench.get("viewer", "/targets?include_retired=true&agent_id=agent-1").await.json();
    assert_eq!((&all["total"], &all["data"][1]["retired_reason"]), (&json!(2), &json!("replaced")));
    assert_eq!(bench.get("viewer", "/targets?agent_id=agent-2").await.json()["total"], 0);
    assert_eq!(bench.get("viewer", "/targets?include_retired=perhaps").await.field(), "include_retired");
}

#[actix_web::test]
async fn one_target_is_shown_with_its_tag() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/targets/tgt-1").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"4\""));
    assert_eq!(bench.get("viewer", "/targets/tgt-none").await.refusal(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn a_target_is_added() {
    let bench = Bench::new();
    let new = json!({ "name": "web", "type": "NGINX", "agent_id": "agent-1", "config": { "cert_path": "/tls/a.pem" } });
    let answer = bench.post("operator", "/targets", &new).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/targets/tgt-new"));
    assert_json_snapshot!("target_created", answer.json());

    let unknown = json!({ "name": "web", "type": "Abacus", "agent_id": "agent-1" });
    assert_eq!(
        bench.post("operator", "/targets", &unknown).await.refusal(),
        (422, "unprocessable".to_owned())
    );
    let misspelt = json!({ "name": "web", "type": "NGINX", "agent": "agent-1" });
    assert_eq!(bench.post("operator", "/targets", &misspelt).await.field(), "agent");
    assert_eq!(bench.post("viewer", "/targets", &new).await.refusal().0, 403);
}

#[actix_web::test]
async fn a_target_is_replaced_only_at_the_revision_it_was_read_at() {
    let bench = Bench::new();
    let put = |tag: &'static str| {
        let body = json!({ "name": "web", "type": "NGINX", "agent_id": "agent-2", "config": {} });
        request(Method::PUT, "/targets/tgt-1", "operator").insert_header(("if-match", tag)).set_json(body)
    };
    let answer = bench.send(put("\"4\"")).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"5\""));
    assert_eq!(answer.json()["agent_id"], "agent-2");
    assert_eq!(bench.send(put("\"9\"")).await.refusal(), (409, "stale".to_owned()));
}

#[actix_web::test]
async fn a_mapped_target_stays() {
    let bench = Bench::new();
    assert_eq!(bench.delete("operator", "/targets/tgt-1").await.refusal(), (409, "in_use".to_owned()));
    assert_eq!(bench.delete("operator", "/targets/tgt-2").await.status, 204);
}

#[actix_web::test]
async fn a_test_is_queued_for_the_agent() {
    let bench = Bench::new();
    let answer = bench.act("operator", "/targets/tgt-1/test").await;
    assert_eq!((answer.status, answer.body.as_str()), (202, r#"{"status":"test_queued","job_id":"job-30"}"#));
    assert_eq!(bench.act("operator", "/targets/tgt-none/test").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_patch_of_a_target_keeps_what_it_does_not_name() {
    let bench = Bench::new();
    let before = bench.get("viewer", "/targets/tgt-1").await.json();
    let answer = bench.patch("operator", "/targets/tgt-1", &json!({ "name": "edge" })).await;
    assert_eq!(answer.status, 200);
    let after = answer.json();
    assert_eq!(after["name"], "edge");
    for field in ["agent_id", "type", "config", "enabled"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let unknown = bench.patch("operator", "/targets/tgt-1", &json!({ "retired_at": null, "kind": 1 })).await;
    assert_eq!(unknown.field(), "kind");
    assert_eq!(bench.patch("viewer", "/targets/tgt-1", &json!({})).await.refusal().0, 403);
    assert_eq!(bench.patch("operator", "/targets/tgt-none", &json!({})).await.refusal().0, 404);
}

#[actix_web::test]
async fn targets_are_filtered_by_kind() {
    let bench = Bench::new();
    assert_eq!(bench.get("viewer", "/targets?type=NGINX").await.json()["total"], 1);
    assert_eq!(bench.get("viewer", "/targets?type=nginx").await.field(), "type");
}
