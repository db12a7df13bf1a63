//! Routes of owners.

use crate::support::{Bench, sample};
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn owners_are_listed_by_team_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("owner_list", bench.get("viewer", "/owners").await.json());
    assert_eq!(bench.get("viewer", "/owners?team_id=t-2").await.json()["total"], 0);
    assert_eq!(bench.get("viewer", "/owners?team_id=T").await.field(), "team_id");
    assert_eq!(bench.get("viewer", "/owners?team=t-1").await.field(), "team");
    let answer = bench.get("viewer", "/owners/sample-1").await;
    let tag = format!("\"{}\"", sample::owner("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/owners/o-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn an_owner_is_added_replaced_and_patched() {
    let bench = Bench::new();
    let body = json!({ "name": "Ops", "email": "ops@example.com", "team_id": "t-2" });
    let answer = bench.post("operator", "/owners", &body).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/owners/sample-new"));
    assert_eq!(bench.post("operator", "/owners", &json!({ "name": "a" })).await.field(), "team_id");
    assert_eq!(bench.post("viewer", "/owners", &body).await.refusal().0, 403);

    let replaced = bench.put("operator", "/owners/sample-1", &body).await.json();
    assert_eq!((&replaced["name"], &replaced["email"]), (&json!("Ops"), &json!("ops@example.com")));
    let patched = bench.patch("operator", "/owners/sample-1", &json!({ "team_id": "t-3" })).await.json();
    assert_eq!((&patched["email"], &patched["team_id"]), (&json!("edge@example.com"), &json!("t-3")));
}

#[actix_web::test]
async fn an_owner_of_certificates_stays() {
    let bench = Bench::new();
    let answer = bench.delete("operator", "/owners/sample-1").await;
    assert_eq!(answer.refusal(), (409, "in_use".to_owned()));
    assert_eq!(answer.json()["details"]["counts"]["certificates"], 3);
    assert_eq!(bench.delete("operator", "/owners/sample-2").await.status, 204);
}
