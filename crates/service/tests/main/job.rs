//! Jobs: list, cancel, retry.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::JsonText;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::job::{Executor, Job, JobEvent, JobKind, JobStatus, Lease};
use certctl_service_api::job::{JobQuery, JobService};
use certctl_service_api::list::ListRequest;
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;
use std::time::Duration;

fn renewing() -> Certificate {
    Certificate {
        status: CertificateStatus::RenewalInProgress,
        profile_id: None,
        ..build::certificate("mc-web")
    }
}

fn deployment(id: &str) -> Job {
    Job {
        certificate_id: Some(build::id("mc-web")),
        target_id: Some(build::id(build::TARGET)),
        agent_id: Some(build::id(build::AGENT)),
        version_id: Some(build::id("cv-1")),
        executor: Executor::Agent,
        dedup_key: Some("deploy:cv-1:tgt-web1".to_owned()),
        ..build::job(id)
    }
}

pub(crate) fn failed(mut job: Job) -> Job {
    job.attempts = 3;
    job.last_error = Some("it broke".to_owned());
    job.apply(JobEvent::Exhausted, build::at(0)).unwrap();
    job
}

fn conflict(error: &ServiceError) -> ConflictCode {
    match error {
        ServiceError::Conflict { code, .. } => *code,
        other => panic!("not a conflict: {other:?}"),
    }
}

#[tokio::test]
async fn jobs_are_listed_by_page_and_filter() {
    let t = ServiceBench::new().await;
    t.add_mapped(renewing()).await;
    t.add_job(build::issuance_job("job-a", "mc-web")).await;
    for (number, id) in ["job-b", "job-c", "job-d"].into_iter().enumerate() {
        let created_at = build::at(i64::try_from(number).unwrap() + 1);
        t.add_job(Job { created_at, dedup_key: None, ..deployment(id) }).await;
    }
    let page = ListRequest { per_page: 3, ..ListRequest::default() };
    let first = t.jobs().list(&viewer(), JobQuery::default(), page.clone()).await.unwrap();
    let ids = |jobs: &[Job]| jobs.iter().map(|job| job.id.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (first.total, ids(&first.items)),
        (4, vec!["job-d".to_owned(), "job-c".to_owned(), "job-b".to_owned()])
    );
    let rest = ListRequest { cursor: first.next_cursor, ..page };
    let second = t.jobs().list(&viewer(), JobQuery::default(), rest).await.unwrap();
    assert_eq!((ids(&second.items), second.next_cursor), (vec!["job-a".to_owned()], None));
    let issuances = JobQuery { kind: Some(JobKind::Issuance), ..JobQuery::default() };
    assert_eq!(t.jobs().list(&viewer(), issuances, ListRequest::default()).await.unwrap().total, 1);
    let foreign = ListRequest { cursor: Some("nonsense".to_owned()), ..ListRequest::default() };
    assert_eq!(
        t.jobs().list(&viewer(), JobQuery::default(), foreign).await.unwrap_err().code(),
        "invalid_request"
    );
}

#[tokio::test]
async fn cancelling_the_only_issuance_puts_the_certificate_back() {
    let t = ServiceBench::new().await;
    t.add_mapped(renewing()).await;
    t.add_job(build::issuance_job("job-a", "mc-web")).await;
    let job = t.jobs().cancel(&operator(), &build::id("job-a")).await.unwrap();
    assert_eq!(
        (job.status, job.last_error.as_deref()),
        (JobStatus::Cancelled, Some("cancelled by operator"))
    );
    let certificate = t.certificate("mc-web").await;
    assert_eq!(certificate.status, CertificateStatus::Pending);
    // Not at once: a person wanted it to stop.
    assert_eq!(certificate.next_action_at, Some(build::at(60)));
    assert_eq!(t.audited().await, ["job_cancelled"]);
    let again = t.jobs().cancel(&operator(), &build::id("job-a")).await.unwrap_err();
    assert_eq!(conflict(&again), ConflictCode::InvalidState);
}

#[tokio::test]
async fn a_certificate_with_another_live_issuance_stays_in_renewal() {
    let t = ServiceBench::new().await;
    t.add_mapped(renewing()).await;
    t.add_job(build::issuance_job("job-a", "mc-web")).await;
    t.write(|tx| tx.agents().insert(&build::agent("agent-web2"))).await;
    t.add_job(Job { agent_id: Some(build::id("agent-web2")), ..build::issuance_job("job-b", "mc-web") })
        .await;
    t.jobs().cancel(&operator(), &build::id("job-a")).await.unwrap();
    assert_eq!(t.certificate("mc-web").await.status, CertificateStatus::RenewalInProgress);
}

#[tokio::test]
async fn cancelling_takes_the_lease_away() {
    let t = ServiceBench::new().await;
    t.add_mapped(renewing()).await;
    let lease = Some(Lease { owner: "agent-web1/1".to_owned(), until: build::at(60) });
    t.add_job(Job { status: JobStatus::Running, lease, lease_token: 4, ..deployment("job-d") }).await;
    let job = t.jobs().cancel(&operator(), &build::id("job-d")).await.unwrap();
    assert_eq!(job.lease, None);
    let mapping = t.mapping("mc-web", build::TARGET).await;
    assert_eq!(
        (mapping.status, mapping.last_error.as_deref()),
        (DeploymentStatus::Failed, Some("cancelled by operator"))
    );
    assert!(!t.write(|tx| tx.jobs().extend_lease(&build::id("job-d"), 4, build::at(120))).await);
}

#[tokio::test]
async fn a_failed_issuance_without_a_csr_waits_for_one_again() {
    let t = ServiceBench::new().await;
    t.add_mapped(Certificate {
        status: CertificateStatus::Failed,
        next_action_at: Some(build::at(600)),
        ..renewing()
    })
    .await;
    t.add_job(failed(build::issuance_job("job-a", "mc-web"))).await;
    t.clock.advance(Duration::from_mins(5));
    let job = t.jobs().retry(&operator(), &build::id("job-a")).await.unwrap();
    assert_eq!((job.status, job.executor, job.attempts), (JobStatus::AwaitingCsr, Executor::Agent, 0));
    assert_eq!((job.run_after, job.completed_at), (build::at(300), None));
    let certificate = t.certificate("mc-web").await;
    assert_eq!(
        (certificate.status, certificate.next_action_at),
        (CertificateStatus::RenewalInProgress, None)
    );
    assert_eq!(t.audited().await, ["job_retried"]);
}

#[tokio::test]
async fn a_failed_issuance_with_a_csr_is_signed_again() {
    let t = ServiceBench::new().await;
    t.add_mapped(Certificate { status: CertificateStatus::Failed, ..renewing() }).await;
    let payload = JsonText::trusted(r#"{"csr_pem":"request"}"#);
    let job = Job { payload, executor: Executor::Server, ..build::issuance_job("job-a", "mc-web") };
    t.add_job(failed(job)).await;
    let job = t.jobs().retry(&operator(), &build::id("job-a")).await.unwrap();
    assert_eq!((job.status, job.executor), (JobStatus::Pending, Executor::Server));
    tokio::time::timeout(Duration::from_mins(1), t.wakeups.workers_woken()).await.unwrap();
}

#[tokio::test]
async fn an_issuance_is_not_retried_beside_another_one() {
    let t = ServiceBench::new().await;
    t.add_mapped(renewing()).await;
    t.add_job(failed(build::issuance_job("job-a", "mc-web"))).await;
    t.add_job(build::issuance_job("job-b", "mc-web")).await;
    let refusal = t.jobs().retry(&operator(), &build::id("job-a")).await.unwrap_err();
    assert_eq!(conflict(&refusal), ConflictCode::AlreadyRenewing);
}

#[tokio::test]
async fn an_issuance_nobody_wants_any_more_is_not_retried() {
    let t = ServiceBench::new().await;
    t.add_mapped(Certificate { status: CertificateStatus::Archived, ..renewing() }).await;
    t.add_job(failed(build::issuance_job("job-a", "mc-web"))).await;
    let refusal = t.jobs().retry(&operator(), &build::id("job-a")).await.unwrap_err();
    assert_eq!(conflict(&refusal), ConflictCode::InvalidState);
    t.write(|tx| tx.deployments().delete(&build::id("mc-web"), &build::id(build::TARGET))).await;
    let refusal = t.jobs().retry(&operator(), &build::id("job-a")).await.unwrap_err();
    assert_eq!(conflict(&refusal), ConflictCode::NoKeyHolder);
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn a_failed_deployment_is_retried_unless_a_newer_version_exists() {
    let t = ServiceBench::new().await;
    t.add_mapped(Certificate { status: CertificateStatus::Active, ..renewing() }).await;
    t.write(|tx| tx.versions().insert(&build::version("cv-1", "mc-web"))).await;
    t.add_job(failed(deployment("job-d"))).await;
    let job = t.jobs().retry(&operator(), &build::id("job-d")).await.unwrap();
    assert_eq!((job.status, job.executor), (JobStatus::Pending, Executor::Agent));
    assert_eq!(t.mapping("mc-web", build::TARGET).await.status, DeploymentStatus::Pending);

    t.add_job(failed(Job { dedup_key: None, ..deployment("job-old") })).await;
    t.write(|tx| {
        let newer = build::version("cv-2", "mc-web");
        tx.versions()
            .insert(&certctl_domain::version::CertificateVersion { created_at: build::at(9), ..newer })
    })
    .await;
    let refusal = t.jobs().retry(&operator(), &build::id("job-old")).await.unwrap_err();
    assert_eq!(conflict(&refusal), ConflictCode::InvalidState);
    assert!(refusal.to_string().contains("newer version"), "{refusal}");
}

#[tokio::test]
async fn a_deployment_that_is_queued_again_already_is_not_retried() {
    for t in ServiceBench::both().await {
        t.add_mapped(Certificate { status: CertificateStatus::Active, ..renewing() }).await;
        t.write(|tx| tx.versions().insert(&build::version("cv-1", "mc-web"))).await;
        t.add_job(failed(deployment("job-d"))).await;
        t.add_job(deployment("job-e")).await;
        let refusal = t.jobs().retry(&operator(), &build::id("job-d")).await.unwrap_err();
        assert_eq!(conflict(&refusal), ConflictCode::AlreadyExists);
    }
}

#[tokio::test]
async fn viewers_neither_cancel_nor_retry() {
    let t = ServiceBench::new().await;
    let id = build::id("job-none");
    assert_eq!(t.jobs().cancel(&viewer(), &id).await.unwrap_err().code(), "forbidden");
    assert_eq!(t.jobs().retry(&viewer(), &id).await.unwrap_err().code(), "forbidden");
    assert_eq!(t.jobs().cancel(&operator(), &id).await.unwrap_err().code(), "not_found");
    assert_eq!(t.jobs().get(&viewer(), &id).await.unwrap_err().code(), "not_found");
}
