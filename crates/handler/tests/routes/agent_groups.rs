//! Routes of agent groups.

use crate::support::{Bench, sample};
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn groups_are_listed_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("agent_group_list", bench.get("viewer", "/agent-groups?per_page=1").await.json());
    let answer = bench.get("viewer", "/agent-groups/sample-1").await;
    let tag = format!("\"{}\"", sample::agent_group("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/agent-groups/grp-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_group_is_added_enabled_replaced_patched_and_removed() {
    let bench = Bench::new();
    let answer = bench.post("operator", "/agent-groups", &json!({ "name": "Edge" })).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/agent-groups/sample-new"));
    assert_eq!((&answer.json()["enabled"], &answer.json()["match_os"]), (&json!(true), &json!("")));
    assert_eq!(bench.post("operator", "/agent-groups", &json!({ "enabled": true })).await.field(), "name");
    assert_eq!(bench.post("viewer", "/agent-groups", &json!({ "name": "Edge" })).await.refusal().0, 403);

    let body = json!({ "name": "Edge", "match_ip_cidr": "10.0.0.0/8", "enabled": false });
    let replaced = bench.put("operator", "/agent-groups/sample-1", &body).await.json();
    assert_eq!((&replaced["match_ip_cidr"], &replaced["match_os"]), (&json!("10.0.0.0/8"), &json!("")));
    let patch = json!({ "match_version": null });
    let patched = bench.patch("operator", "/agent-groups/sample-1", &patch).await.json();
    assert_eq!((&patched["match_version"], &patched["match_os"]), (&json!(""), &json!("linux")));
    assert_eq!(bench.delete("operator", "/agent-groups/sample-1").await.status, 204);
}

#[actix_web::test]
async fn members_are_listed_put_in_and_left_to_the_criteria_again() {
    let bench = Bench::new();
    let members = bench.get("viewer", "/agent-groups/sample-1/members").await.json();
    assert_eq!((&members["total"], &members["data"][0]["id"]), (&json!(1), &json!("agent-1")));
    let by_hand = bench.get("viewer", "/agent-groups/sample-1/members?membership_type=exclude").await.json();
    assert_eq!(by_hand["data"][0]["id"], "agent-2");
    let wrong = bench.get("viewer", "/agent-groups/sample-1/members?membership_type=maybe").await;
    assert_eq!(wrong.field(), "membership_type");
    assert_eq!(bench.get("viewer", "/agent-groups/grp-none/members").await.refusal().0, 404);

    let path = "/agent-groups/sample-1/members/agent-2";
    let body = json!({ "membership_type": "exclude" });
    assert_json_snapshot!("agent_group_member", bench.put("operator", path, &body).await.json());
    assert_eq!(
        bench.put("operator", path, &json!({ "membership_type": "x" })).await.field(),
        "membership_type"
    );
    assert_eq!(bench.put("viewer", path, &body).await.refusal().0, 403);
    let retired = bench.put("operator", "/agent-groups/sample-1/members/agent-9", &body).await;
    assert_eq!(retired.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.delete("operator", path).await.status, 204);
    assert_eq!(bench.delete("operator", "/agent-groups/grp-none/members/agent-2").await.refusal().0, 404);
}
