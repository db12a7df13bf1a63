//! Routes of certificate profiles.

use crate::support::{Bench, sample};
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn profiles_are_listed_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("profile_list", bench.get("viewer", "/profiles").await.json());
    let answer = bench.get("viewer", "/profiles/sample-1").await;
    let tag = format!("\"{}\"", sample::profile("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/profiles/prof-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_profile_is_added_enabled_unless_told_otherwise() {
    let bench = Bench::new();
    let answer = bench.post("admin", "/profiles", &json!({ "name": "Web" })).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/profiles/sample-new"));
    assert_json_snapshot!("profile_created", answer.json());
    assert_eq!(bench.post("operator", "/profiles", &json!({ "name": "Web" })).await.refusal().0, 403);
}

#[actix_web::test]
async fn malformed_fields_are_named() {
    let bench = Bench::new();
    let post = async |body| bench.post("admin", "/profiles", &body).await.field();
    assert_eq!(post(json!({ "name": "a", "allowed_ekus": ["serverAuth", "x"] })).await, "allowed_ekus[1]");
    let key = json!({ "name": "a", "allowed_key_algorithms": [{ "algorithm": "DSA" }] });
    assert_eq!(post(key).await, "allowed_key_algorithms[0].algorithm");
    assert_eq!(post(json!({ "name": "a", "max_ttl_seconds": -1 })).await, "max_ttl_seconds");
    assert_eq!(post(json!({ "name": "a", "acme_auth_mode": "none" })).await, "acme_auth_mode");
}

#[actix_web::test]
async fn every_field_that_is_sent_is_kept_and_a_patch_keeps_the_rest() {
    let bench = Bench::new();
    let whole = bench.get("viewer", "/profiles/sample-1").await.json();
    let mut body = whole.clone();
    for server_owned in ["created_at", "updated_at"] {
        body.as_object_mut().unwrap().remove(server_owned);
    }
    let same = |answer: serde_json::Value| {
        let mut answer = answer;
        answer["updated_at"] = whole["updated_at"].clone();
        assert_eq!(answer, whole);
    };
    same(bench.put("admin", "/profiles/sample-1", &body).await.json());
    same(bench.patch("admin", "/profiles/sample-1", &json!({})).await.json());

    let patched = bench.patch("admin", "/profiles/sample-1", &json!({ "enabled": true })).await.json();
    assert_eq!((&patched["enabled"], &patched["must_staple"]), (&json!(true), &json!(true)));
    let replaced = bench.put("admin", "/profiles/sample-1", &json!({ "name": "a" })).await.json();
    assert_eq!((&replaced["enabled"], &replaced["must_staple"]), (&json!(true), &json!(false)));
}

#[actix_web::test]
async fn a_profile_in_use_stays() {
    let bench = Bench::new();
    assert_eq!(bench.delete("admin", "/profiles/sample-1").await.refusal(), (409, "in_use".to_owned()));
    assert_eq!(bench.delete("admin", "/profiles/sample-2").await.status, 204);
}
