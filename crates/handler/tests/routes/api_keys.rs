//! Routes of API keys.

use crate::support::Bench;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn keys_are_listed_and_shown_without_their_tokens() {
    let bench = Bench::new();
    let answer = bench.get("admin", "/api-keys?per_page=1").await;
    assert_json_snapshot!("api_key_list", answer.json());
    assert!(!answer.body.contains("efef"), "the token's hash is shown: {}", answer.body);
    assert_eq!(bench.get("admin", "/api-keys/sample-2").await.json()["identity"], "alice");
    assert_eq!(bench.get("admin", "/api-keys/key-none").await.refusal().0, 404);
    assert_eq!(bench.get("operator", "/api-keys").await.refusal().0, 403);
}

#[actix_web::test]
async fn the_token_of_a_new_key_is_shown_once() {
    let bench = Bench::new();
    let body = json!({ "name": "ci", "role": "operator", "identity": "build farm", "expires_at": "2027-01-01T00:00:00Z" });
    let answer = bench.post("admin", "/api-keys", &body).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/api-keys/sample-new"));
    assert_json_snapshot!("api_key_created", answer.json());
    assert_eq!(bench.post("admin", "/api-keys", &json!({ "name": "ci" })).await.field(), "role");
    let role = json!({ "name": "ci", "role": "root" });
    assert_eq!(bench.post("admin", "/api-keys", &role).await.field(), "role");
    assert_eq!(bench.post("operator", "/api-keys", &body).await.refusal().0, 403);
}

#[actix_web::test]
async fn a_key_is_revoked_unless_it_is_the_last_of_an_administrator() {
    let bench = Bench::new();
    assert_eq!(bench.delete("admin", "/api-keys/sample-2").await.status, 204);
    assert_eq!(bench.delete("admin", "/api-keys/sample-1").await.refusal(), (409, "in_use".to_owned()));
    assert_eq!(bench.delete("admin", "/api-keys/key-none").await.refusal().0, 404);
}
