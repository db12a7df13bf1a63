//! Routes of approval requests.

use crate::support::Bench;
use crate::support::sample::id;
use certctl_domain::approval::ApprovalState;
use certctl_service_api::approval::ApprovalQuery;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn requests_are_listed_by_every_filter() {
    let bench = Bench::new();
    let query = "state=pending&certificate_id=mc-1&requested_by=admin";
    let answer = bench.get("viewer", &format!("/approvals?{query}")).await;
    assert_json_snapshot!("approval_list", answer.json());
    assert!(!answer.body.contains("principal"), "who is behind a key is shown: {}", answer.body);
    assert_eq!(
        bench.approvals.asked.lock().unwrap().take(),
        Some(ApprovalQuery {
            state: Some(ApprovalState::Pending),
            certificate_id: Some(id("mc-1")),
            requested_by: Some("admin".to_owned()),
        })
    );
    for (query, field) in [("state=open", "state"), ("certificate_id=X", "certificate_id"), ("who=me", "who")]
    {
        assert_eq!(bench.get("viewer", &format!("/approvals?{query}")).await.field(), field);
    }
}

#[actix_web::test]
async fn one_request_is_shown() {
    let bench = Bench::new();
    assert_eq!(bench.get("viewer", "/approvals/ar-2").await.json()["decision_note"], "fine");
    assert_eq!(bench.get("viewer", "/approvals/ar-none").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("metrics", "/approvals/ar-1").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn a_request_is_decided_once_by_somebody_else() {
    let bench = Bench::new();
    let approved = bench.post("approver", "/approvals/ar-1/approve", &json!({"note": "seen"})).await;
    assert_eq!(approved.body, r#"{"id":"ar-1","decided_by":"approver","action":"approved"}"#);
    assert_eq!(bench.approvals.noted.lock().unwrap().take().as_deref(), Some("seen"));
    let rejected = bench.act("approver", "/approvals/ar-1/reject").await;
    assert_eq!(rejected.body, r#"{"id":"ar-1","decided_by":"approver","action":"rejected"}"#);
    for action in ["approve", "reject"] {
        let act = |who: &'static str, id: &str| {
            let (bench, path) = (&bench, format!("/approvals/{id}/{action}"));
            async move { bench.act(who, &path).await.refusal() }
        };
        assert_eq!(act("admin", "ar-1").await, (403, "same_person".to_owned()));
        assert_eq!(act("approver", "ar-2").await, (409, "already_decided".to_owned()));
        assert_eq!(act("approver", "ar-none").await, (404, "not_found".to_owned()));
        assert_eq!(act("operator", "ar-1").await, (403, "forbidden".to_owned()));
    }
    let unknown = bench.post("approver", "/approvals/ar-1/approve", &json!({"reason": "x"})).await;
    assert_eq!(unknown.field(), "reason");
}

#[actix_web::test]
async fn the_routes_of_a_job_decide_the_same_request() {
    let bench = Bench::new();
    assert_eq!(bench.act("approver", "/jobs/job-1/approve").await.body, r#"{"status":"job_approved"}"#);
    let rejected = bench.post("approver", "/jobs/job-1/reject", &json!({"reason": "not now"})).await;
    assert_eq!(rejected.body, r#"{"status":"job_rejected"}"#);
    assert_eq!(bench.approvals.noted.lock().unwrap().take().as_deref(), Some("not now"));
    assert_eq!(bench.act("admin", "/jobs/job-1/approve").await.refusal(), (403, "same_person".to_owned()));
    assert_eq!(
        bench.act("approver", "/jobs/job-2/approve").await.refusal(),
        (409, "already_decided".to_owned())
    );
    assert_eq!(bench.act("approver", "/jobs/job-9/reject").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.act("operator", "/jobs/job-1/approve").await.refusal(), (403, "forbidden".to_owned()));
}
