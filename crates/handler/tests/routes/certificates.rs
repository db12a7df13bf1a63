//! Routes of managed certificates.

use crate::support::sample::{id, time};
use crate::support::{Bench, request};
use actix_web::http::Method;
use certctl_domain::certificate::CertificateStatus;
use certctl_service_api::certificate::CertificateQuery;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

fn body(name: &str) -> Value {
    json!({
        "name": name,
        "common_name": "api.example.com",
        "sans": ["api.example.com"],
        "environment": "staging",
        "owner_id": "o-1",
        "team_id": "t-1",
        "issuer_id": "iss-1",
        "renewal_policy_id": "rp-1",
        "tags": { "tier": "back" },
        "target_ids": ["tgt-1", "tgt-2"],
    })
}

#[actix_web::test]
async fn a_page_of_certificates_is_listed() {
    let answer = Bench::new().get("viewer", "/certificates?per_page=2").await;
    assert_eq!(answer.status, 200);
    assert_json_snapshot!("certificate_list", answer.json());
}

#[actix_web::test]
async fn a_cursor_continues_the_list_and_the_last_page_has_none() {
    let bench = Bench::new();
    let first = bench.get("viewer", "/certificates?page_size=2&cursor=").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = bench.get("viewer", &format!("/certificates?page_size=2&cursor={cursor}")).await.json();
    assert_eq!(last["data"][0]["id"], "mc-3");
    assert_eq!(last.get("next_cursor"), None);
    assert_eq!(bench.get("viewer", "/certificates?cursor=strange").await.field(), "cursor");
}

#[actix_web::test]
async fn an_empty_page_is_an_empty_list() {
    let answer = Bench::new().get("viewer", "/certificates?status=Revoked").await;
    assert_eq!(answer.body, r#"{"data":[],"total":0,"page":1,"per_page":50}"#);
}

#[actix_web::test]
async fn every_filter_reaches_the_service() {
    let bench = Bench::new();
    let query = "status=Active&environment=production&owner_id=o-1&team_id=t-1&issuer_id=iss-1&profile_id=prof-1\
                 &agent_id=agent-1&target_id=tgt-1&renewal_policy_id=rp-1&tag.tier=back&tag.a.b=%25&q=www&include_archived=true&expires_before=2026-01-03&expires_after=2026-01-01T00:00:00Z\
                 &created_after=2026-01-02T02:00:00%2B02:00&updated_after=2026-01-05&sort=expires_at&sort_desc=true";
    assert_eq!(bench.get("viewer", &format!("/certificates?{query}")).await.status, 200);
    assert_eq!(
        bench.certificates.asked.lock().unwrap().take(),
        Some(CertificateQuery {
            status: Some(CertificateStatus::Active),
            environment: Some("production".to_owned()),
            owner_id: Some(id("o-1")),
            team_id: Some(id("t-1")),
            issuer_id: Some(id("iss-1")),
            profile_id: Some(id("prof-1")),
            renewal_policy_id: Some(id("rp-1")),
            agent_id: Some(id("agent-1")),
            target_id: Some(id("tgt-1")),
            tags: [("tier", "back"), ("a.b", "%")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            search: Some("www".to_owned()),
            include_archived: true,
            expires_before: Some(time(2)),
            expires_after: Some(time(0)),
            created_after: Some(time(1)),
            updated_after: Some(time(4)),
            sort: Some("-expires_at".to_owned()),
        })
    );
    for (sort, read) in [("sort=-name&sort_desc=true", "-name"), ("sort=notAfter", "notAfter")] {
        bench.get("viewer", &format!("/certificates?{sort}")).await;
        assert_eq!(bench.certificates.asked.lock().unwrap().take().unwrap().sort.as_deref(), Some(read));
    }
}

#[actix_web::test]
async fn an_export_holds_every_certificate_in_either_form() {
    let bench = Bench::new();
    let listed = bench.get("viewer", "/certificates?per_page=500").await.json();
    let lines = bench.get("viewer", "/certificates/export").await;
    assert_eq!((lines.status, lines.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(lines.header("content-disposition"), "attachment; filename=\"certificates.jsonl\"");
    let exported: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(Value::Array(exported), listed["data"]);

    let table = bench.get("viewer", "/certificates/export?format=csv").await;
    assert!(table.header("content-type").starts_with("text/csv"), "{table:?}");
    insta::assert_snapshot!("certificate_csv", table.body);
    let narrow = bench.get("viewer", "/certificates/export?format=csv&fields=status,id&tag.tier=back").await;
    assert_eq!(narrow.body.lines().next(), Some("id,status"));
    let asked = bench.certificates.asked.lock().unwrap().take().unwrap();
    assert_eq!(asked.tags, [("tier".to_owned(), "back".to_owned())].into());
    assert_eq!(bench.get("viewer", "/certificates/export?status=Revoked").await.body, "");

    for (query, field) in
        [("format=xml", "format"), ("page=1", "page"), ("fields=colour", "fields"), ("status=x", "status")]
    {
        assert_eq!(bench.get("viewer", &format!("/certificates/export?{query}")).await.field(), field);
    }
    assert_eq!(bench.get("metrics", "/certificates/export").await.refusal().0, 403);
}

#[actix_web::test]
async fn malformed_filters_are_refused_by_name() {
    let bench = Bench::new();
    for (query, field) in [
        ("status=Sleeping", "status"),
        ("expires_before=yesterday", "expires_before"),
        ("owner_id=NOT-AN-ID", "owner_id"),
        ("sort_desc=maybe", "sort_desc"),
        ("page=0", "page"),
        ("per_page=many", "per_page"),
        ("colour=red", "colour"),
        ("fields=id,colour", "fields"),
        ("fields=", "fields"),
        ("fields=,,", "fields"),
        ("tag.=x", "tag."),
        ("tag.a=1&tag.a=2", "tag.a"),
        ("tag=x", "tag"),
        ("expires_after=2026-13-01", "expires_after"),
        ("created_after=2026-02-30", "created_after"),
        ("updated_after=1767225600", "updated_after"),
        ("expires_before=99999-01-01", "expires_before"),
        ("page=1.5", "page"),
        ("page=0x1", "page"),
        ("page=%D9%A1", "page"),
        ("page=-1", "page"),
        ("per_page=10abc", "per_page"),
        ("page=99999999999999999999", "page"),
        ("q=a%00b", "q"),
        ("sort=a%0ab", "sort"),
        ("status=Active&status=Failed", "status"),
    ] {
        assert_eq!(bench.get("viewer", &format!("/certificates?{query}")).await.field(), field, "{query}");
    }
}

#[actix_web::test]
async fn only_the_wanted_fields_are_listed() {
    let answer = Bench::new().get("viewer", "/certificates?per_page=1&fields=id,name,%20revoked_at").await;
    assert_eq!(answer.json()["data"], json!([{ "id": "mc-1", "name": "mc-1 certificate" }]));
}

#[actix_web::test]
async fn one_certificate_is_shown_with_its_tag() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/certificates/mc-1").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"7\""));
    assert_eq!(answer.json()["status"], "Expiring");
    let missing = bench.get("viewer", "/certificates/mc-none").await;
    assert_json_snapshot!("certificate_not_found", missing.json());
    assert_eq!(missing.status, 404);
    assert_eq!(bench.get("viewer", "/certificates/No").await.field(), "id");
}

#[actix_web::test]
async fn a_certificate_is_added() {
    let bench = Bench::new();
    let answer = bench.post("operator", "/certificates", &body("api")).await;
    assert_eq!(answer.status, 201);
    assert_eq!((answer.header("location"), answer.header("etag")), ("/api/v1/certificates/mc-new", "\"1\""));
    assert_json_snapshot!("certificate_created", answer.json());

    let mut named = body("named");
    named["id"] = json!("mc-chosen");
    let answer = bench.post("operator", "/certificates", &named).await;
    assert_eq!(answer.header("location"), "/api/v1/certificates/mc-chosen");
}

#[actix_web::test]
async fn an_unacceptable_certificate_is_refused() {
    let bench = Bench::new();
    let taken = bench.post("operator", "/certificates", &body("mc-1 certificate")).await;
    assert_eq!(taken.refusal(), (409, "already_exists".to_owned()));

    let mut unknown_owner = body("x");
    unknown_owner["owner_id"] = json!("o-missing");
    let answer = bench.post("operator", "/certificates", &unknown_owner).await;
    assert_eq!(answer.status, 422);
    assert_json_snapshot!("certificate_unprocessable", answer.json());

    let mut server_owned = body("x");
    server_owned["status"] = json!("Active");
    assert_eq!(bench.post("operator", "/certificates", &server_owned).await.field(), "status");
    let mut bad_target = body("x");
    bad_target["target_ids"][1] = json!("Bad Id");
    assert_eq!(bench.post("operator", "/certificates", &bad_target).await.field(), "target_ids[1]");
    let mut nameless = body("x");
    nameless.as_object_mut().unwrap().remove("name");
    assert_eq!(bench.post("operator", "/certificates", &nameless).await.field(), "name");
    assert_eq!(
        bench.post("viewer", "/certificates", &body("x")).await.refusal(),
        (403, "forbidden".to_owned())
    );
}

#[actix_web::test]
async fn a_certificate_is_replaced_only_at_the_revision_it_was_read_at() {
    let bench = Bench::new();
    let put = |tag: &'static str| {
        request(Method::PUT, "/certificates/mc-1", "operator")
            .insert_header(("if-match", tag))
            .set_json(body("new"))
    };
    let answer = bench.send(put("\"7\"")).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"8\""));
    assert_eq!(answer.json()["name"], "new");
    assert_eq!(bench.send(put("\"7\"")).await.refusal(), (409, "stale".to_owned()));
    assert_eq!(bench.send(put("seven")).await.refusal(), (400, "invalid_header".to_owned()));
    assert_eq!(bench.put("operator", "/certificates/mc-1", &body("again")).await.status, 200);
    assert_eq!(bench.put("operator", "/certificates/mc-none", &body("x")).await.refusal().0, 404);
}

#[actix_web::test]
async fn a_patch_changes_what_it_names() {
    let bench = Bench::new();
    let before = bench.get("viewer", "/certificates/mc-1").await.json();
    let answer =
        bench.patch("operator", "/certificates/mc-1", &json!({ "name": "new", "tags": { "a": "b" } })).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"8\""));
    let after = answer.json();
    assert_eq!(after["name"], "new");
    assert_eq!(after["tags"]["a"], "b");
    for field in ["common_name", "environment", "target_ids"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    for (patch, field) in [
        (json!({ "name": null }), "name"),
        (json!({ "status": "Active" }), "status"),
        (json!({ "tags": { "a": 1 } }), "tags.a"),
        (json!({ "owner_id": "Not An Id" }), "owner_id"),
    ] {
        assert_eq!(bench.patch("operator", "/certificates/mc-1", &patch).await.field(), field);
    }
    let stale = request(Method::PATCH, "/certificates/mc-1", "operator")
        .insert_header(("if-match", "\"7\""))
        .insert_header(("content-type", "application/merge-patch+json"))
        .set_payload("{}");
    assert_eq!(bench.send(stale).await.refusal(), (409, "stale".to_owned()));
    assert_eq!(bench.patch("operator", "/certificates/mc-none", &json!({})).await.refusal().0, 404);
    assert_eq!(bench.patch("viewer", "/certificates/mc-1", &json!({})).await.refusal().0, 403);
}

#[actix_web::test]
async fn an_archived_certificate_comes_back() {
    let bench = Bench::new();
    bench.delete("operator", "/certificates/mc-1").await;
    let answer = bench.act("operator", "/certificates/mc-1/unarchive").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"9\""));
    assert_eq!(answer.json()["status"], "Active");
    let again = bench.act("operator", "/certificates/mc-1/unarchive").await;
    assert_eq!(again.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.act("operator", "/certificates/mc-none/unarchive").await.refusal().0, 404);
    assert_eq!(bench.act("viewer", "/certificates/mc-1/unarchive").await.refusal().0, 403);
}

#[actix_web::test]
async fn a_version_is_shown_whole_and_listed_without_its_pem() {
    let bench = Bench::new();
    let listed = bench.get("viewer", "/certificates/mc-1/versions").await.json()["data"][0].clone();
    assert_eq!((listed.get("pem_chain"), listed.get("csr_pem")), (None, None));
    let whole =
        bench.get("viewer", "/certificates/mc-1/versions?include=pem").await.json()["data"][0].clone();
    assert!(whole["pem_chain"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let id = whole["id"].as_str().unwrap();
    let one = bench.get("viewer", &format!("/certificates/mc-1/versions/{id}")).await;
    assert_eq!((one.status, one.json()), (200, whole));
    assert_eq!(bench.get("viewer", "/certificates/mc-1/versions/cv-none").await.refusal().0, 404);
    assert_eq!(bench.get("viewer", "/certificates/mc-1/versions/No").await.field(), "version_id");
    assert_eq!(bench.get("viewer", "/certificates/mc-1/versions?include=key").await.field(), "include");
}

#[actix_web::test]
async fn a_certificate_is_archived_once() {
    let bench = Bench::new();
    let answer = bench.delete("operator", "/certificates/mc-1").await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(
        bench.delete("operator", "/certificates/mc-1").await.refusal(),
        (409, "invalid_state".to_owned())
    );
    assert_eq!(bench.delete("operator", "/certificates/mc-none").await.refusal().0, 404);
}

#[actix_web::test]
async fn versions_and_deployments_are_listed() {
    let bench = Bench::new();
    assert_json_snapshot!(
        "certificate_versions",
        bench.get("viewer", "/certificates/mc-1/versions").await.json()
    );
    assert_json_snapshot!(
        "certificate_deployments",
        bench.get("viewer", "/certificates/mc-1/deployments").await.json()
    );
    for path in ["/certificates/mc-none/versions", "/certificates/mc-none/deployments"] {
        assert_eq!(bench.get("viewer", path).await.refusal(), (404, "not_found".to_owned()));
    }
    assert_eq!(bench.get("viewer", "/certificates/mc-1/versions?status=x").await.field(), "status");
}

#[actix_web::test]
async fn targets_are_set_as_a_whole() {
    let bench = Bench::new();
    let answer =
        bench.put("operator", "/certificates/mc-1/targets", &json!({ "target_ids": ["tgt-9"] })).await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"8\""));
    assert_eq!(answer.json()["target_ids"], json!(["tgt-9"]));
    assert_eq!(bench.put("operator", "/certificates/mc-1/targets", &json!({})).await.field(), "target_ids");
    let none = bench.put("operator", "/certificates/mc-none/targets", &json!({ "target_ids": [] })).await;
    assert_eq!(none.refusal().0, 404);
}

#[actix_web::test]
async fn a_renewal_is_queued_and_can_be_forced_in_query_or_body() {
    let bench = Bench::new();
    let answer = bench.act("operator", "/certificates/mc-1/renew").await;
    assert_eq!(answer.status, 202);
    assert_json_snapshot!("certificate_renewed", answer.json());

    let busy = bench.act("operator", "/certificates/mc-2/renew").await;
    assert_eq!(busy.refusal(), (409, "already_renewing".to_owned()));
    for path in ["/certificates/mc-2/renew?force=true", "/certificates/mc-2/renew?force=1"] {
        assert_eq!(bench.act("operator", path).await.status, 202, "{path}");
    }
    assert_eq!(
        bench.post("operator", "/certificates/mc-2/renew", &json!({ "force": true })).await.status,
        202
    );
    assert_eq!(
        bench.post("operator", "/certificates/mc-2/renew", &json!({ "force": "yes" })).await.field(),
        "force"
    );
    assert_eq!(bench.act("operator", "/certificates/mc-none/renew").await.refusal().0, 404);
    assert_eq!(bench.act("viewer", "/certificates/mc-1/renew").await.refusal().0, 403);
}

#[actix_web::test]
async fn a_deployment_is_queued_for_one_or_all_targets() {
    let bench = Bench::new();
    let answer = bench.act("operator", "/certificates/mc-1/deploy").await;
    assert_eq!(answer.status, 202);
    assert_json_snapshot!("certificate_deployed", answer.json());
    let one = bench.post("operator", "/certificates/mc-1/deploy", &json!({ "target_id": "tgt-5" })).await;
    assert_eq!(one.json()["jobs"], json!([{ "job_id": "job-20", "target_id": "tgt-5" }]));
    let bad = bench.post("operator", "/certificates/mc-1/deploy", &json!({ "target_id": 5 })).await;
    assert_eq!(bad.field(), "target_id");
    assert_eq!(bench.act("operator", "/certificates/mc-none/deploy").await.refusal().0, 404);
}
