//! Routes of issuers.

use crate::support::{Bench, request};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn issuers_are_listed_without_their_secrets() {
    let answer = Bench::new().get("viewer", "/issuers").await;
    assert_json_snapshot!("issuer_list", answer.json());
    assert!(!answer.body.contains("sealed"), "{}", answer.body);
    assert_eq!(Bench::new().get("viewer", "/issuers?type=local").await.field(), "type");
    assert_eq!(Bench::new().get("viewer", "/issuers?enabled=maybe").await.field(), "enabled");
    for (query, total) in [("type=GenericCA", 2), ("enabled=false", 0), ("enabled=true&type=GenericCA", 2)] {
        let page = Bench::new().get("viewer", &format!("/issuers?{query}")).await.json();
        assert_eq!(page["total"], total, "{query}");
    }
}

#[actix_web::test]
async fn one_issuer_is_shown_with_its_tag() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/issuers/iss-1").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"3\""));
    assert_eq!(bench.get("viewer", "/issuers/iss-none").await.refusal(), (404, "not_found".to_owned()));
}

#[actix_web::test]
async fn an_issuer_is_added_enabled_unless_told_otherwise() {
    let bench = Bench::new();
    let new = json!({ "name": "root", "type": "local", "config": { "validity_days": 30 } });
    let answer = bench.post("admin", "/issuers", &new).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/issuers/iss-new"));
    assert_json_snapshot!("issuer_created", answer.json());

    let unknown = bench.post("admin", "/issuers", &json!({ "name": "x", "type": "magic" })).await;
    assert_eq!(unknown.refusal(), (422, "unprocessable".to_owned()));
    assert_eq!(bench.post("admin", "/issuers", &json!({ "name": "x" })).await.field(), "type");
    assert_eq!(bench.post("operator", "/issuers", &new).await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn an_issuer_is_replaced_only_at_the_revision_it_was_read_at() {
    let bench = Bench::new();
    let put = |tag: &'static str| {
        let body = json!({ "name": "renamed", "type": "GenericCA", "enabled": false });
        request(Method::PUT, "/issuers/iss-1", "admin").insert_header(("if-match", tag)).set_json(body)
    };
    let answer = bench.send(put("\"3\"")).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"4\""));
    assert_eq!(answer.json()["enabled"], false);
    assert_eq!(bench.send(put("\"2\"")).await.refusal(), (409, "stale".to_owned()));
}

#[actix_web::test]
async fn a_patch_of_an_issuer_keeps_the_rest_of_its_configuration() {
    let bench = Bench::new();
    let before = bench.get("viewer", "/issuers/iss-1").await.json();
    let patch = json!({ "enabled": false, "config": { "validity_days": 7 } });
    let answer = bench.patch("admin", "/issuers/iss-1", &patch).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"4\""));
    let after = answer.json();
    assert_eq!((&after["enabled"], &after["config"]["validity_days"]), (&json!(false), &json!(7)));
    assert_eq!(after["name"], before["name"]);
    for (field, value) in before["config"].as_object().unwrap() {
        if field != "validity_days" {
            assert_eq!(after["config"][field], *value, "{field}");
        }
    }
    assert_eq!(bench.patch("admin", "/issuers/iss-1", &json!({ "name": null })).await.field(), "name");
    assert_eq!(bench.patch("operator", "/issuers/iss-1", &patch).await.refusal().0, 403);
    assert_eq!(bench.patch("admin", "/issuers/iss-none", &patch).await.refusal().0, 404);
}

#[actix_web::test]
async fn an_issuer_in_use_stays() {
    let bench = Bench::new();
    assert_eq!(bench.delete("admin", "/issuers/iss-1").await.refusal(), (409, "in_use".to_owned()));
    assert_eq!(bench.delete("admin", "/issuers/iss-2").await.status, 204);
    assert_eq!(bench.delete("admin", "/issuers/iss-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_failed_test_is_a_result() {
    let bench = Bench::new();
    assert_json_snapshot!("issuer_test_passed", bench.act("admin", "/issuers/iss-1/test").await.json());
    let failed = bench.act("admin", "/issuers/iss-2/test").await;
    assert_eq!((failed.status, failed.json()["status"].as_str()), (200, Some("failed")));
    assert_eq!(bench.act("admin", "/issuers/iss-none/test").await.refusal().0, 404);
}
