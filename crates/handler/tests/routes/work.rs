//! Routes of agents for themselves.

use crate::support::Bench;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::deployment::DeployCounter;
use certctl_service_api::agent_work::ReportedStatus;
use insta::assert_json_snapshot;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

const WHO: &str = "agent:agent-1";

#[actix_web::test]
async fn a_heartbeat_needs_no_body_and_ignores_facts_it_does_not_know() {
    let bench = Bench::new();
    let answer = bench.act(WHO, "/agents/agent-1/heartbeat").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"heartbeat_recorded"}"#));
    assert_eq!(bench.work.facts.lock().unwrap().take(), Some(AgentMetadata::default()));

    let facts = json!({ "hostname": "web-1", "temperature": 40 });
    assert_eq!(bench.post(WHO, "/agents/agent-1/heartbeat", &facts).await.status, 200);
    let expected = AgentMetadata { hostname: "web-1".to_owned(), ..AgentMetadata::default() };
    assert_eq!(bench.work.facts.lock().unwrap().take(), Some(expected));
}

#[actix_web::test]
async fn leased_work_comes_with_what_the_agent_needs() {
    let bench = Bench::new();
    let answer = bench.get(WHO, "/agents/agent-1/work?instance=i-1&wait=90s&limit=5").await;
    assert_eq!(answer.status, 200);
    assert_json_snapshot!("work", answer.json());
    let claimed = bench.work.claimed.lock().unwrap().take();
    assert_eq!(claimed, Some(("i-1".to_owned(), Duration::from_mins(1), 5)));

    bench.get(WHO, "/agents/agent-1/work?instance=i-1&wait=2").await;
    let claimed = bench.work.claimed.lock().unwrap().take();
    assert_eq!(claimed, Some(("i-1".to_owned(), Duration::from_secs(2), 10)));
}

#[actix_web::test]
async fn malformed_wishes_for_work_are_refused_by_name() {
    let bench = Bench::new();
    for (query, field) in [
        ("", "instance"),
        ("instance=", "instance"),
        ("instance=a%2Fb", "instance"),
        ("instance=i-1&wait=soon", "wait"),
        ("instance=i-1&limit=0", "limit"),
        ("instance=i-1&limit=51", "limit"),
        ("instance=i-1&x=1", "x"),
    ] {
        assert_eq!(bench.get(WHO, &format!("/agents/agent-1/work?{query}")).await.field(), field, "{query}");
    }
}

#[actix_web::test]
async fn waiting_for_work_ends_when_the_server_stops() {
    let bench = Bench::new();
    let started = Instant::now();
    let stop = async {
        while bench.work.claimed.lock().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        bench.stopping.cancel();
    };
    let (answer, ()) =
        tokio::join!(bench.get("agent:agent-2", "/agents/agent-2/work?instance=i-1&wait=60"), stop);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"jobs":[],"count":0}"#));
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[actix_web::test]
async fn a_csr_is_accepted_or_refused_with_its_reason() {
    let bench = Bench::new();
    let csr = async |pem: &str, certificate: &str| {
        let body = json!({ "csr_pem": pem, "certificate_id": certificate, "job_id": "job-1" });
        bench.post(WHO, "/agents/agent-1/csr", &body).await
    };
    let accepted = csr("good", "mc-1").await;
    assert_eq!(
        (accepted.status, accepted.body.as_str()),
        (202, r#"{"status":"csr_accepted","job_id":"job-1"}"#)
    );
    assert_eq!(csr("signed", "mc-1").await.json()["status"], "csr_signed");
    assert_eq!(csr("late", "mc-1").await.refusal(), (409, "no_job_awaiting_csr".to_owned()));
    assert_eq!(csr("good", "mc-2").await.refusal(), (404, "not_found".to_owned()));
    let refused = csr("wrong names", "mc-1").await;
    assert_eq!(refused.status, 422);
    assert_json_snapshot!("csr_refused", refused.json());
    assert_eq!(
        bench.post(WHO, "/agents/agent-1/csr", &json!({ "csr_pem": "x" })).await.field(),
        "certificate_id"
    );
}

#[actix_web::test]
async fn an_agent_fetches_the_newest_or_a_named_version() {
    let bench = Bench::new();
    let answer = bench.get(WHO, "/agents/agent-1/certificates/mc-1").await;
    assert_json_snapshot!("agent_certificate", answer.json());
    let named = bench.get(WHO, "/agents/agent-1/certificates/mc-1?version=cv-7").await;
    assert_eq!(named.json()["version_id"], "cv-7");
    assert_eq!(
        bench.get(WHO, "/agents/agent-1/certificates/mc-2").await.refusal(),
        (404, "not_found".to_owned())
    );
    assert_eq!(bench.get(WHO, "/agents/agent-1/certificates/Bad").await.field(), "certificate_id");
    assert_eq!(bench.get(WHO, "/agents/agent-1/certificates/mc-1?version=V").await.field(), "version");
}

#[actix_web::test]
async fn a_report_reaches_the_service_whole() {
    let bench = Bench::new();
    let body = json!({
        "status": "Failed",
        "error": "nginx -t failed",
        "retryable": false,
        "lease_token": 5,
        "stage": "validate",
        "served_fingerprint": "ab",
        "counters": ["attempt_failure", "validate_failure"],
        "details": { "exit_code": 1 },
    });
    let answer = bench.post(WHO, "/agents/agent-1/jobs/job-2/status", &body).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"status":"updated"}"#));
    let report = bench.work.report.lock().unwrap().take().unwrap();
    assert_eq!(
        (report.status, report.lease_token, report.retryable),
        (ReportedStatus::Failed, Some(5), false)
    );
    assert_eq!(report.counters, [DeployCounter::AttemptFailure, DeployCounter::ValidateFailure]);
    assert_eq!((report.stage.as_deref(), &report.details["exit_code"]), (Some("validate"), &json!(1)));

    bench.post(WHO, "/agents/agent-1/jobs/job-2/status", &json!({ "status": "Running" })).await;
    assert!(bench.work.report.lock().unwrap().take().unwrap().retryable);
}

#[actix_web::test]
async fn an_unacceptable_report_is_refused() {
    let bench = Bench::new();
    let report = async |path: &str, status: &str| {
        bench.post(WHO, &format!("/agents/agent-1/jobs/{path}/status"), &json!({ "status": status })).await
    };
    assert_eq!(report("job-2", "Cancelled").await.field(), "status");
    assert_eq!(report("job-lost", "Completed").await.refusal(), (409, "lease_lost".to_owned()));
    assert_eq!(report("Job", "Completed").await.field(), "job_id");
}
