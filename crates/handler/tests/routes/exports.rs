//! Routes of exports and imports.

use crate::support::Bench;
use serde_json::{Value, json};

#[actix_web::test]
async fn pem_is_exported_as_json_or_as_a_file() {
    let bench = Bench::new();
    let answer = bench.get("operator", "/certificates/mc-1/export/pem").await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert_eq!(
        answer.json(),
        json!({ "cert_pem": "leaf newest\n", "chain_pem": "chain\n", "full_pem": "leaf newest\nchain\n" })
    );
    let file = bench.get("operator", "/certificates/mc-1/export/pem?download=true&version_id=cv-1").await;
    assert_eq!(file.body, "leaf cv-1\nchain\n");
    assert_eq!(file.header("content-type"), "application/x-pem-file");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"certificate.pem\"");

    let limited = bench.get("operator", "/certificates/mc-2/export/pem").await;
    assert_eq!((limited.refusal().0, limited.header("retry-after")), (429, "1800"));
    assert_eq!(bench.get("operator", "/certificates/mc-none/export/pem").await.refusal().0, 404);
    assert_eq!(bench.get("viewer", "/certificates/mc-1/export/pem").await.refusal().0, 403);
    assert_eq!(bench.get("operator", "/certificates/mc-1/export/pem?key=1").await.field(), "key");
}

#[actix_web::test]
async fn a_trust_store_needs_a_password_unless_an_empty_one_is_asked_for() {
    let bench = Bench::new();
    let path = "/certificates/mc-1/export/pkcs12";
    let file = bench.post("operator", path, &json!({ "password": "changeit" })).await;
    assert_eq!((file.status, file.body.as_str()), (200, "file for 8"));
    assert_eq!(file.header("content-type"), "application/x-pkcs12");
    for body in [json!({}), json!({ "password": "" }), json!({ "password": "a\nb" })] {
        assert_eq!(bench.post("operator", path, &body).await.field(), "password", "{body}");
    }
    let empty = json!({ "password": "", "allow_empty_password": true });
    assert_eq!(bench.post("operator", path, &empty).await.status, 200);
    assert_eq!(bench.act("operator", path).await.refusal(), (400, "missing_body".to_owned()));
    let body = json!({ "password": "x" });
    assert_eq!(bench.post("operator", "/certificates/mc-2/export/pkcs12", &body).await.refusal().0, 429);
    assert_eq!(bench.post("viewer", path, &body).await.refusal().0, 403);
}

fn import(more: &Value) -> Value {
    let mut body =
        json!({ "owner_id": "o-1", "team_id": "t-1", "issuer_id": "iss-1", "renewal_policy_id": "rp-1" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[actix_web::test]
async fn a_certificate_is_imported_once() {
    let bench = Bench::new();
    let path = "/certificates/import";
    let answer = bench.post("operator", path, &import(&json!({ "pem": "new" }))).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/certificates/mc-new"));
    let known = bench.post("operator", path, &import(&json!({ "pem": "known" }))).await;
    assert_eq!(known.refusal(), (409, "already_exists".to_owned()));
    assert_eq!(known.json()["details"]["certificate_id"], "mc-1");
    let authority = bench.post("operator", path, &import(&json!({ "pem": "ca" }))).await;
    assert_eq!(authority.refusal(), (422, "unprocessable".to_owned()));
    assert_eq!(bench.post("operator", path, &import(&json!({}))).await.field(), "pem");
    assert_eq!(
        bench.post("operator", path, &import(&json!({ "pem": "x", "key": "y" }))).await.field(),
        "key"
    );
    assert_eq!(bench.post("viewer", path, &import(&json!({ "pem": "x" }))).await.refusal().0, 403);
}

#[actix_web::test]
async fn a_batch_says_what_became_of_each() {
    let bench = Bench::new();
    let body =
        import(&json!({ "certificates": [{ "pem": "new" }, { "pem": "ca" }], "bundle": "other\nknown" }));
    let answer = bench.post("operator", "/certificates/import-batch", &body).await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    assert_eq!((&answer["total"], &answer["imported"], &answer["failed"]), (&json!(4), &json!(2), &json!(2)));
    assert_eq!(answer["results"][1]["code"], "unprocessable");
    assert_eq!(
        (&answer["results"][3]["index"], &answer["results"][3]["code"]),
        (&json!(3), &json!("already_exists"))
    );
    let bad = import(&json!({ "certificates": [{ "pem": 1 }] }));
    let refused = bench.post("operator", "/certificates/import-batch", &bad).await;
    assert_eq!(refused.field(), "certificates[0].pem");
    assert_eq!(bench.post("viewer", "/certificates/import-batch", &body).await.refusal().0, 403);
}
