//! Routes of jobs.

use crate::support::Bench;
use crate::support::sample::{id, time};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_service_api::job::JobQuery;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn jobs_are_listed_by_every_filter() {
    let bench = Bench::new();
    let query = "status=Running&type=Deployment&certificate_id=mc-1&agent_id=agent-1&target_id=tgt-1\
                 &created_after=2026-01-01&created_before=2026-02-01T00:00:00Z";
    let answer = bench.get("viewer", &format!("/jobs?{query}")).await;
    assert_json_snapshot!("job_list", answer.json());
    assert!(!answer.body.contains("never shown"), "the payload is shown: {}", answer.body);
    assert_eq!(
        bench.jobs.asked.lock().unwrap().take(),
        Some(JobQuery {
            status: Some(JobStatus::Running),
            kind: Some(JobKind::Deployment),
            certificate_id: Some(id("mc-1")),
            agent_id: Some(id("agent-1")),
            target_id: Some(id("tgt-1")),
            created_after: Some(time(0)),
            created_before: Some(time(31)),
        })
    );
    for (query, field) in [("status=Lost", "status"), ("type=Magic", "type"), ("kind=Renewal", "kind")] {
        assert_eq!(bench.get("viewer", &format!("/jobs?{query}")).await.field(), field);
    }
}

#[actix_web::test]
async fn one_job_is_shown() {
    let bench = Bench::new();
    assert_eq!(bench.get("viewer", "/jobs/job-1").await.json()["status"], "Running");
    assert_eq!(bench.get("viewer", "/jobs/job-none").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("metrics", "/jobs/job-1").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn jobs_are_cancelled_while_they_live_and_retried_after_they_failed() {
    let bench = Bench::new();
    assert_eq!(bench.act("operator", "/jobs/job-1/cancel").await.body, r#"{"status":"job_cancelled"}"#);
    assert_eq!(
        bench.act("operator", "/jobs/job-2/cancel").await.refusal(),
        (409, "invalid_state".to_owned())
    );
    assert_eq!(bench.act("operator", "/jobs/job-2/retry").await.body, r#"{"status":"job_retried"}"#);
    assert_eq!(bench.act("operator", "/jobs/job-1/retry").await.refusal(), (409, "invalid_state".to_owned()));
    assert_eq!(bench.act("operator", "/jobs/job-none/retry").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.act("viewer", "/jobs/job-1/cancel").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn the_history_of_a_job_names_every_attempt_and_its_holder() {
    let bench = Bench::new();
    assert_json_snapshot!("job_timeline", bench.get("viewer", "/jobs/job-1/timeline").await.json());
    assert_eq!(bench.get("viewer", "/jobs/job-none/timeline").await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(bench.get("metrics", "/jobs/job-1/timeline").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn only_an_agent_says_what_it_saw_and_the_server_judges() {
    let bench = Bench::new();
    let fingerprint = "ab".repeat(32);
    let seen = |actual: &str| json!({"target_id": "tgt-1", "expected_fingerprint": fingerprint, "actual_fingerprint": actual, "verified": true});
    let path = "/jobs/job-1/verify";
    let good = bench.post("agent:agent-1", path, &seen(&fingerprint)).await;
    assert_eq!(good.body, r#"{"job_id":"job-1","verified":true,"verified_at":"2026-01-02T00:00:00Z"}"#);
    let lie = bench.post("agent:agent-1", path, &seen(&"cd".repeat(32))).await;
    assert_eq!(lie.json()["verified"], false);
    assert_eq!(bench.post("admin", path, &seen(&fingerprint)).await.refusal(), (403, "forbidden".to_owned()));
    let missing = bench.post("agent:agent-1", path, &json!({"target_id": "tgt-1"})).await;
    assert_eq!(missing.field(), "expected_fingerprint");
    assert_json_snapshot!("job_verification", bench.get("viewer", "/jobs/job-1/verification").await.json());
    assert_eq!(
        bench.get("viewer", "/jobs/job-none/verification").await.refusal(),
        (404, "not_found".to_owned())
    );
}
