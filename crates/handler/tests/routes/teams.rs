//! Routes of teams.

use crate::support::{Bench, sample};
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn teams_are_listed_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("team_list", bench.get("viewer", "/teams").await.json());
    let answer = bench.get("viewer", "/teams/sample-1").await;
    let tag = format!("\"{}\"", sample::team("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/teams/t-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_team_is_added_replaced_and_patched() {
    let bench = Bench::new();
    let answer = bench.post("operator", "/teams", &json!({ "name": "Web" })).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/teams/sample-new"));
    assert_eq!(answer.json()["description"], "");
    assert_eq!(bench.post("operator", "/teams", &json!({ "description": "a" })).await.field(), "name");
    assert_eq!(bench.post("viewer", "/teams", &json!({ "name": "Web" })).await.refusal().0, 403);

    let replaced = bench.put("operator", "/teams/sample-1", &json!({ "name": "Edge" })).await.json();
    assert_eq!((&replaced["name"], &replaced["description"]), (&json!("Edge"), &json!("")));
    let patched = bench.patch("operator", "/teams/sample-1", &json!({ "name": "Edge" })).await.json();
    assert_eq!((&patched["name"], &patched["description"]), (&json!("Edge"), &json!("runs the edge")));
}

#[actix_web::test]
async fn a_team_in_use_stays() {
    let bench = Bench::new();
    let answer = bench.delete("operator", "/teams/sample-1").await;
    assert_eq!(answer.refusal(), (409, "in_use".to_owned()));
    assert_eq!(answer.json()["details"]["counts"]["certificates"], 3);
    assert_eq!(bench.delete("operator", "/teams/sample-2").await.status, 204);
}
