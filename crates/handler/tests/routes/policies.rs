//! Routes of compliance rules and of their violations.

use crate::support::{Bench, request, sample};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

fn rule(kind: &str, config: &Value) -> Value {
    json!({ "name": "Domains", "type": kind, "config": config })
}

#[actix_web::test]
async fn rules_are_listed_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("policy_list", bench.get("viewer", "/policies").await.json());
    let answer = bench.get("viewer", "/policies/sample-1").await;
    let tag = format!("\"{}\"", sample::policy_rule("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/policies/pr-none").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("viewer", "/policies?colour=red").await.field(), "colour");
}

#[actix_web::test]
async fn a_rule_is_added_with_its_defaults() {
    let bench = Bench::new();
    let body = rule("CertificateLifetime", &json!({ "max_days": 90 }));
    let answer = bench.post("admin", "/policies", &body).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/policies/sample-new"));
    assert_json_snapshot!("policy_created", answer.json());
    assert_eq!(bench.post("operator", "/policies", &body).await.refusal().0, 403);
}

#[actix_web::test]
async fn every_type_takes_its_own_configuration_and_no_other() {
    let bench = Bench::new();
    let configs = [
        ("AllowedIssuers", json!({ "allowed_issuer_ids": ["iss-1"] })),
        ("AllowedDomains", json!({ "allowed_domains": ["*.example.com"] })),
        ("RequiredMetadata", json!({ "required_keys": ["owner"] })),
        ("AllowedEnvironments", json!({ "allowed": ["production"] })),
        ("RenewalLeadTime", json!({ "lead_time_days": 14 })),
        ("CertificateLifetime", json!({ "max_days": 90 })),
    ];
    for (kind, config) in &configs {
        let answer = bench.post("admin", "/policies", &rule(kind, config)).await;
        assert_eq!((answer.status, &answer.json()["config"]), (201, config), "{kind}");
        let (_, other) = configs.iter().find(|(other, _)| other != kind).unwrap();
        let field = bench.post("admin", "/policies", &rule(kind, other)).await.field();
        assert!(field.starts_with("config."), "{kind}: {field}");
        let field = bench.post("admin", "/policies", &rule(kind, &json!({}))).await.field();
        assert!(field.starts_with("config."), "{kind}: {field}");
    }
}

#[actix_web::test]
async fn malformed_fields_are_named() {
    let bench = Bench::new();
    let post = async |body: Value| bench.post("admin", "/policies", &body).await.field();
    assert_eq!(post(json!({ "type": "AllowedIssuers", "config": {} })).await, "name");
    assert_eq!(post(rule("Odd", &json!({}))).await, "type");
    let issuers = json!({ "allowed_issuer_ids": ["iss-1", "Not An Id"] });
    assert_eq!(post(rule("AllowedIssuers", &issuers)).await, "config.allowed_issuer_ids[1]");
    let domains = json!({ "allowed_domains": ["bücher.example"] });
    assert_eq!(post(rule("AllowedDomains", &domains)).await, "config.allowed_domains[0]");
    assert_eq!(post(rule("CertificateLifetime", &json!({ "max_days": -1 }))).await, "config.max_days");
    let both = json!({ "max_days": 1, "days": 1 });
    assert_eq!(post(rule("CertificateLifetime", &both)).await, "config.days");
    let mut odd = rule("CertificateLifetime", &json!({ "max_days": 1 }));
    odd["severity"] = json!("Loud");
    assert_eq!(post(odd).await, "severity");
}

#[actix_web::test]
async fn a_replacement_resets_what_it_leaves_out_and_a_patch_keeps_it() {
    let bench = Bench::new();
    let path = "/policies/sample-1";
    let body = rule("CertificateLifetime", &json!({ "max_days": 9 }));
    let replaced = bench.put("admin", path, &body).await.json();
    assert_eq!((&replaced["severity"], &replaced["config"]), (&json!("Warning"), &json!({ "max_days": 9 })));

    let patched = bench.patch("admin", path, &json!({ "enabled": false })).await.json();
    assert_eq!((&patched["severity"], &patched["enabled"]), (&json!("Error"), &json!(false)));
    assert_eq!(patched["config"], json!({ "allowed_domains": ["*.example.com", "example.com"] }));
    let other =
        json!({ "type": "CertificateLifetime", "config": { "allowed_domains": null, "max_days": 7 } });
    let patched = bench.patch("admin", path, &other).await.json();
    assert_eq!(
        (&patched["type"], &patched["config"]),
        (&json!("CertificateLifetime"), &json!({ "max_days": 7 }))
    );
    let half = json!({ "type": "CertificateLifetime", "config": { "max_days": 7 } });
    assert_eq!(bench.patch("admin", path, &half).await.field(), "config.allowed_domains");
    assert_eq!(bench.patch("admin", path, &json!({ "name": null })).await.field(), "name");
    let stale = request(Method::PATCH, path, "admin").insert_header(("if-match", "\"1\""));
    assert_eq!(bench.send(stale.set_json(json!({}))).await.refusal(), (409, "stale".to_owned()));
    assert_eq!(bench.delete("admin", path).await.status, 204);
    assert_eq!(bench.delete("admin", "/policies/pr-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn violations_are_listed_by_rule_and_by_every_filter() {
    let bench = Bench::new();
    assert_json_snapshot!(
        "policy_violations",
        bench.get("viewer", "/policies/sample-1/violations").await.json()
    );
    assert_eq!(bench.get("viewer", "/policies/pr-none/violations").await.refusal().0, 404);
    let all = bench
        .get("viewer", "/violations?certificate_id=mc-1&rule_id=sample-1&severity=Error&open=false")
        .await
        .json();
    assert_eq!(all["total"], 1);
    assert_eq!(bench.get("viewer", "/violations?open=true").await.json()["total"], 0);
    for (query, field) in [
        ("severity=Loud", "severity"),
        ("open=maybe", "open"),
        ("certificate_id=A", "certificate_id"),
        ("colour=red", "colour"),
    ] {
        assert_eq!(bench.get("viewer", &format!("/violations?{query}")).await.field(), field);
    }
    assert_eq!(bench.get("viewer", "/violations/sample-1").await.json()["rule_id"], "sample-1");
    assert_eq!(bench.get("viewer", "/violations/violation-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_preview_takes_a_new_rule_or_changes_of_a_stored_one() {
    let bench = Bench::new();
    let new = json!({ "type": "CertificateLifetime", "config": { "max_days": 7 }, "limit": 3 });
    assert_json_snapshot!("policy_preview", bench.post("viewer", "/policies/preview", &new).await.json());
    let changed = json!({ "rule_id": "sample-2", "severity": "Critical" });
    let found = bench.post("viewer", "/policies/preview", &changed).await.json();
    let message = found["violations"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("50 sample-2 rule AllowedDomains") && message.ends_with("true Critical"),
        "{message}"
    );
    assert_eq!(found["violations"][0]["newly"], false);

    let post = async |body: Value| bench.post("viewer", "/policies/preview", &body).await;
    assert_eq!(post(json!({ "config": {} })).await.field(), "type");
    assert_eq!(post(json!({ "type": "AllowedIssuers" })).await.field(), "config");
    assert_eq!(post(json!({ "rule_id": "sample-1", "config": { "odd": 1 } })).await.field(), "config.odd");
    assert_eq!(post(json!({ "rule_id": "pr-none" })).await.refusal().0, 404);
}
