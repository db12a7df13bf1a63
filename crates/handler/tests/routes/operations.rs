//! Routes of operations.

use crate::support::Bench;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn a_bulk_renewal_begins_and_names_its_operation() {
    let bench = Bench::new();
    let body = json!({ "team_id": "t-1", "certificate_ids": ["mc-1"], "expected_count": 8 });
    let answer = bench.post("operator", "/certificates/bulk-renew?wait=1s", &body).await;
    assert_eq!((answer.status, answer.header("location")), (202, "/api/v1/operations/sample-1"));
    assert_json_snapshot!("operation", answer.json());

    let other = json!({ "team_id": "t-1", "expected_count": 9 });
    let unexpected = bench.post("operator", "/certificates/bulk-renew", &other).await;
    assert_eq!(unexpected.refusal(), (409, "count_mismatch".to_owned()));
    assert_eq!(unexpected.json()["details"], json!({ "expected": 9, "actual": 8 }));
    for (body, field) in [
        (json!({}), "certificate_ids"),
        (json!({ "certificate_ids": ["No"] }), "certificate_ids[0]"),
        (json!({ "status": "Active" }), "status"),
        (json!({ "team_id": "t-1", "expected_count": -1 }), "expected_count"),
    ] {
        let answer = bench.post("operator", "/certificates/bulk-renew", &body).await;
        assert_eq!(answer.field(), field, "{body}");
    }
    let body = json!({ "team_id": "t-1" });
    assert_eq!(bench.post("viewer", "/certificates/bulk-renew", &body).await.refusal().0, 403);
    assert_eq!(bench.post("operator", "/certificates/bulk-renew?wait=ever", &body).await.field(), "wait");
}

#[actix_web::test]
async fn a_bulk_reassignment_needs_an_owner() {
    let bench = Bench::new();
    let body = json!({ "criteria": { "owner_id": "o-1" }, "owner_id": "o-2", "team_id": "t-2" });
    assert_eq!(bench.post("operator", "/certificates/bulk-reassign", &body).await.status, 202);
    for (body, field) in [
        (json!({ "certificate_ids": ["mc-1"] }), "owner_id"),
        (json!({ "owner_id": "o-2" }), "certificate_ids"),
        (json!({ "owner_id": "o-2", "criteria": { "colour": "red" } }), "criteria.colour"),
    ] {
        let answer = bench.post("operator", "/certificates/bulk-reassign", &body).await;
        assert_eq!(answer.field(), field, "{body}");
    }
    assert_eq!(bench.post("viewer", "/certificates/bulk-reassign", &body).await.refusal().0, 403);
}

#[actix_web::test]
async fn operations_and_their_items_are_listed_by_state() {
    let bench = Bench::new();
    assert_json_snapshot!("operation_list", bench.get("viewer", "/operations").await.json());
    assert_eq!(bench.get("viewer", "/operations?state=completed").await.json()["total"], 1);
    assert_eq!(bench.get("viewer", "/operations?state=done").await.field(), "state");
    assert_json_snapshot!("operation_items", bench.get("viewer", "/operations/sample-1/items").await.json());
    let failed = bench.get("viewer", "/operations/sample-1/items?state=failed").await.json();
    assert_eq!(failed["data"][0]["certificate_id"], "mc-2");
    assert_eq!(bench.get("viewer", "/operations/op-none/items").await.refusal().0, 404);
    assert_eq!(bench.get("viewer", "/operations/op-none").await.refusal().0, 404);
    assert_eq!(bench.get("viewer", "/operations/sample-2?wait=0").await.json()["progress"], 50);
}

#[actix_web::test]
async fn an_operation_is_cancelled_until_it_is_completed() {
    let bench = Bench::new();
    let answer = bench.act("operator", "/operations/sample-1/cancel").await;
    assert_eq!((answer.status, answer.json()["state"].as_str()), (200, Some("cancelled")));
    let late = bench.act("operator", "/operations/sample-2/cancel").await;
    assert_eq!(late.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.act("operator", "/operations/op-none/cancel").await.refusal().0, 404);
    assert_eq!(bench.act("viewer", "/operations/sample-1/cancel").await.refusal().0, 403);
}

#[actix_web::test]
async fn an_operation_is_paused_and_resumed_until_it_is_completed() {
    let bench = Bench::new();
    let paused = bench.act("operator", "/operations/sample-1/pause").await;
    assert_eq!((paused.status, paused.json()["state"].as_str()), (200, Some("paused")));
    assert!(paused.json()["paused_at"].is_string());
    let resumed = bench.act("operator", "/operations/sample-1/resume").await;
    assert_eq!((resumed.status, resumed.json()["state"].as_str()), (200, Some("running")));
    for verb in ["pause", "resume"] {
        let late = bench.act("operator", &format!("/operations/sample-2/{verb}")).await;
        assert_eq!(late.refusal(), (409, "invalid_state".to_owned()), "{verb}");
        assert_eq!(bench.act("operator", &format!("/operations/op-none/{verb}")).await.refusal().0, 404);
        assert_eq!(bench.act("viewer", &format!("/operations/sample-1/{verb}")).await.refusal().0, 403);
    }
}
