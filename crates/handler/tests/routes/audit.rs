//! Routes of the audit trail.

use crate::support::Bench;
use insta::{assert_json_snapshot, assert_snapshot};

#[actix_web::test]
async fn events_are_listed_filtered_and_shown() {
    let bench = Bench::new();
    assert_json_snapshot!("audit_list", bench.get("viewer", "/audit").await.json());
    let found = async |query: &str| {
        let list = bench.get("approver", &format!("/audit?{query}")).await.json();
        (list["total"].as_u64().unwrap(), list["data"][0]["id"].as_str().map(str::to_owned))
    };
    assert_eq!(found("actor=ops&actor_type=User&resource_type=team").await, (1, Some("audit-1".to_owned())));
    assert_eq!(found("action=team_deleted").await, (0, None));
    assert_eq!(found("from=2099-01-01").await, (0, None));
    for (query, field) in [("actor_type=Robot", "actor_type"), ("from=soon", "from"), ("who=ops", "who")] {
        assert_eq!(bench.get("viewer", &format!("/audit?{query}")).await.field(), field);
    }
    let one = bench.get("viewer", "/audit/audit-2").await.json();
    assert_eq!((&one["actor"], one.get("sequence")), (&"=cmd()".into(), None));
    assert_eq!(bench.get("viewer", "/audit/audit-3").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("metrics", "/audit/audit-1").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn an_export_holds_every_event_in_either_form() {
    let bench = Bench::new();
    let lines = bench.get("viewer", "/audit/export").await;
    assert_eq!((lines.status, lines.header("content-type")), (200, "application/x-ndjson"));
    assert_eq!(lines.header("content-disposition"), "attachment; filename=\"audit.jsonl\"");
    let ids: Vec<String> = lines
        .body
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids, ["audit-1", "audit-2"]);
    assert_eq!(bench.get("viewer", "/audit/export?format=ndjson").await.body, lines.body);

    let table = bench.get("viewer", "/audit/export?format=csv").await;
    assert!(table.header("content-type").starts_with("text/csv"), "{table:?}");
    assert_snapshot!("audit_csv", table.body);
    assert_eq!(bench.get("viewer", "/audit/export?actor=nobody").await.body, "");
    assert_eq!(bench.get("viewer", "/audit/export?format=xml").await.field(), "format");
    assert_eq!(bench.get("viewer", "/audit/export?page=1").await.field(), "page");
}

#[actix_web::test]
async fn the_newest_checkpoint_is_shown_with_its_key() {
    let bench = Bench::new();
    assert_json_snapshot!("audit_checkpoint", bench.get("viewer", "/audit/checkpoint").await.json());
    assert_eq!(bench.get("metrics", "/audit/checkpoint").await.refusal().0, 403);
}

#[actix_web::test]
async fn calls_are_listed_by_path_and_status() {
    let bench = Bench::new();
    assert_json_snapshot!("api_call_list", bench.get("viewer", "/audit/calls").await.json());
    let total = async |query: &str| {
        bench.get("viewer", &format!("/audit/calls?{query}")).await.json()["total"].clone()
    };
    assert_eq!(total("path=/api/v1/te&status=201").await, 1);
    assert_eq!(total("path=/api/v1/agents").await, 0);
    assert_eq!(bench.get("viewer", "/audit/calls?status=20").await.field(), "status");
}
