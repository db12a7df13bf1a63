//! Routes of revocations.

use crate::support::{Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

const REVOKE: &str = "/certificates/sample-1/revoke";

#[actix_web::test]
async fn a_certificate_is_revoked_and_its_siblings_are_named() {
    let bench = Bench::new();
    let body = json!({ "reason": "keyCompromise", "invalidity_date": "2026-01-01T00:00:00Z" });
    let answer = bench.post("operator", REVOKE, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_json_snapshot!("revoked", answer.json());
}

#[actix_web::test]
async fn the_reason_may_be_absent_empty_or_in_snake_case() {
    let bench = Bench::new();
    let reason = |answer: crate::support::Answer| answer.json()["revocations"][0]["reason"].clone();
    assert_eq!(reason(bench.act("operator", REVOKE).await), "unspecified");
    for (given, recorded) in
        [("", "unspecified"), ("key_compromise", "keyCompromise"), ("aACompromise", "aACompromise")]
    {
        let answer = bench.post("operator", REVOKE, &json!({ "reason": given })).await;
        assert_eq!(reason(answer), recorded);
    }
    let with_charset = request(Method::POST, REVOKE, "operator")
        .insert_header(("content-type", "application/json; charset=utf-8"))
        .set_payload(r#"{"reason":"superseded"}"#);
    assert_eq!(reason(bench.send(with_charset).await), "superseded");
}

#[actix_web::test]
async fn a_dry_run_shows_leaves_targets_and_siblings() {
    let bench = Bench::new();
    let path = "/certificates/sample-1/revoke?dry_run=true";
    assert_json_snapshot!("revocation_preview", bench.act("operator", path).await.json());
    let odd = bench.act("operator", "/certificates/sample-1/revoke?dry_run=perhaps").await;
    assert_eq!(odd.field(), "dry_run");
}

#[actix_web::test]
async fn malformed_revocations_name_the_field() {
    let bench = Bench::new();
    for (body, field) in [
        (json!({ "reason": "removeFromCRL" }), "reason"),
        (json!({ "reason": "KeyCompromise" }), "reason"),
        (json!({ "reason": 1 }), "reason"),
        (json!({ "scope": "some" }), "scope"),
        (json!({ "scope": "serial" }), "serial"),
        (json!({ "scope": "latest", "serial": "3a7f01" }), "serial"),
        (json!({ "invalidity_date": "yesterday" }), "invalidity_date"),
        (json!({ "invalidity_date": "2099-01-01T00:00:00Z" }), "invalidity_date"),
        (json!({ "why": "superseded" }), "why"),
    ] {
        assert_eq!(bench.post("operator", REVOKE, &body).await.field(), field, "{body}");
    }
    let unknown = bench.post("operator", REVOKE, &json!({ "serial": "1234" })).await;
    assert_eq!(unknown.refusal(), (422, "unprocessable".to_owned()));
    let archived = bench.act("operator", "/certificates/sample-3/revoke").await;
    assert_eq!(archived.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.act("operator", "/certificates/mc-none/revoke").await.refusal().0, 404);
    assert_eq!(bench.act("viewer", REVOKE).await.refusal().0, 403);
}

#[actix_web::test]
async fn only_a_hold_is_ended() {
    let bench = Bench::new();
    let released = bench.act("operator", "/certificates/sample-2/unhold").await.json();
    assert_eq!(
        (&released["status"], &released["revocations"][0]["in_force"]),
        (&json!("unheld"), &json!(false))
    );
    let refused = bench.act("operator", "/certificates/sample-1/unhold").await;
    assert_eq!(refused.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.act("operator", "/certificates/mc-none/unhold").await.refusal().0, 404);
    assert_eq!(bench.act("viewer", "/certificates/sample-2/unhold").await.refusal().0, 403);
}

#[actix_web::test]
async fn revocations_tell_whether_the_ca_knows() {
    let bench = Bench::new();
    assert_json_snapshot!(
        "revocations",
        bench.get("viewer", "/certificates/sample-1/revocations").await.json()
    );
    assert_eq!(bench.get("viewer", "/certificates/mc-none/revocations").await.refusal().0, 404);
    let all = bench.get("viewer", "/revocations?reason=superseded&issuer_notified=false&in_force=true").await;
    assert_eq!(all.json()["data"][0]["id"], "rev-2");
    assert_eq!(bench.get("viewer", "/revocations?reason=lost").await.field(), "reason");
    assert_eq!(bench.get("viewer", "/revocations?issuer_notified=perhaps").await.field(), "issuer_notified");
}

#[actix_web::test]
async fn what_is_outside_the_inventory_is_revoked_by_number_or_by_itself() {
    let bench = Bench::new();
    let by_number = json!({ "issuer_id": "iss-1", "serial": "3a7f01", "reason": "superseded" });
    let answer = bench.post("operator", "/revocations", &by_number).await;
    assert_eq!((answer.status, answer.json()["certificate"].is_null()), (200, true));
    let pem = json!({ "certificate_pem": "-----BEGIN CERTIFICATE-----" });
    assert_eq!(bench.post("operator", "/revocations", &pem).await.status, 200);
    for (body, field) in [
        (json!({}), "certificate_pem"),
        (json!({ "issuer_id": "iss-1" }), "serial"),
        (json!({ "serial": "3a7f01" }), "issuer_id"),
        (json!({ "issuer_id": "iss-1", "serial": "3a7f01", "certificate_pem": "x" }), "certificate_pem"),
        (json!({ "issuer_id": "iss-1", "serial": "3a7f01", "reason": "bored" }), "reason"),
    ] {
        assert_eq!(bench.post("operator", "/revocations", &body).await.field(), field, "{body}");
    }
    let unknown = json!({ "issuer_id": "iss-1", "serial": "ff" });
    assert_eq!(bench.post("operator", "/revocations", &unknown).await.refusal().0, 422);
    assert_eq!(bench.post("viewer", "/revocations", &by_number).await.refusal().0, 403);
}

#[actix_web::test]
async fn many_are_revoked_by_administrators_for_a_reason_and_a_criterion() {
    let bench = Bench::new();
    let body = json!({ "reason": "key_compromise", "team_id": "t-1", "expected_count": 8 });
    let answer = bench.post("admin", "/certificates/bulk-revoke", &body).await;
    assert_eq!((answer.status, answer.header("location")), (202, "/api/v1/operations/sample-1"));
    // A missing reason is told before a missing criterion.
    for (body, field) in [
        (json!({}), "reason"),
        (json!({ "reason": "bored" }), "reason"),
        (json!({ "reason": "" , "team_id": "t-1" }), "reason"),
        (json!({ "reason": "superseded" }), "certificate_ids"),
    ] {
        assert_eq!(bench.post("admin", "/certificates/bulk-revoke", &body).await.field(), field, "{body}");
    }
    assert_eq!(bench.post("operator", "/certificates/bulk-revoke", &body).await.refusal().0, 403);
}
