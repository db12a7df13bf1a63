//! What agents report about deployments, and what the server makes of it.

use crate::bench::{ServiceBench, agent, operator};
use crate::flow::{Flow, LEASE, Never, report};
use certctl_domain::agent::AgentMetadata;
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::deployment::{DeployCounter, DeploymentStatus, TargetMapping};
use certctl_domain::job::{JobKind, JobStatus, VerificationStatus};
use certctl_service::reconcile::DeploymentSweep;
use certctl_service_api::agent_work::{AgentWorkService, JobReport, ReportedStatus, WorkItem};
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

fn served(item: &WorkItem) -> JobReport {
    JobReport {
        served_fingerprint: item.fingerprint_sha256.clone(),
        counters: vec![DeployCounter::AttemptSuccess],
        ..report(ReportedStatus::Completed)
    }
}

fn failed(stage: &str, retryable: bool) -> JobReport {
    JobReport {
        error: Some("nginx: [emerg] unknown directive".into()),
        stage: Some(stage.into()),
        retryable,
        counters: vec![DeployCounter::ValidateFailure, DeployCounter::AttemptFailure],
        ..report(ReportedStatus::Failed)
    }
}

fn counted(t: &Flow, line: &str) -> bool {
    t.registry.render().unwrap().lines().any(|rendered| rendered == line)
}

#[tokio::test]
async fn a_served_deployment_is_recorded_everywhere_and_counted_once() {
    let t = Flow::new().await;
    let item = t.issued().await;
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::InProgress);
    for _ in 0..3 {
        t.report(&item, served(&item)).await.unwrap();
    }
    let job = t.job(&item.job_id).await;
    assert_eq!((job.status, job.verification_status), (JobStatus::Completed, VerificationStatus::Success));
    let mapping = t.bench.mapping("mc-www", build::TARGET).await;
    assert_eq!(
        (mapping.status, mapping.deployed_version_id),
        (DeploymentStatus::Served, item.version_id.clone())
    );
    assert!(t.bench.certificate("mc-www").await.last_deployment_at.is_some());
    assert!(counted(&t, r#"certctl_deploy_attempts_total{target_type="NGINX",result="success"} 1"#));
    assert_eq!(
        t.bench.audited().await.iter().filter(|action| *action == "deployment_job_completed").count(),
        1
    );
}

#[tokio::test]
async fn a_report_that_claims_success_with_another_leaf_is_a_failure() {
    let t = Flow::new().await;
    let item = t.issued().await;
    let lie = JobReport { served_fingerprint: Some("00".repeat(32)), ..report(ReportedStatus::Completed) };
    t.report(&item, lie).await.unwrap();
    let job = t.job(&item.job_id).await;
    assert_eq!((job.status, job.verification_status), (JobStatus::Pending, VerificationStatus::Failed));
    assert!(job.run_after > job.updated_at, "tried again after a pause");
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::Failed);
}

#[tokio::test]
async fn a_failed_attempt_is_counted_once_and_tried_again_after_the_pause() {
    let t = Flow::new().await;
    let item = t.issued().await;
    for _ in 0..2 {
        t.report(&item, failed("validate", true)).await.unwrap();
    }
    let job = t.job(&item.job_id).await;
    assert_eq!(job.status, JobStatus::Pending);
    assert!(job.last_error.as_deref().unwrap().contains("unknown directive"));
    assert!(counted(&t, r#"certctl_deploy_validate_failures_total{target_type="NGINX"} 1"#));
    assert!(t.poll().await.is_empty());
    t.bench.clock.set(job.run_after);
    let [again] = t.poll().await.try_into().unwrap();
    assert_eq!((again.job_id.clone(), again.attempt), (item.job_id.clone(), 2));
    // The first attempt's report arrives late: it belongs to nobody any more.
    let late = t.report(&item, served(&item)).await.unwrap_err();
    assert!(matches!(late, ServiceError::Conflict { code: ConflictCode::LeaseLost, .. }));
    t.report(&again, served(&again)).await.unwrap();
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::Served);
}

#[tokio::test]
async fn a_failed_rollback_is_never_tried_again_by_itself() {
    let t = Flow::new().await;
    let item = t.issued().await;
    let stuck = JobReport { rollback_failed: true, ..failed("reload", true) };
    t.report(&item, stuck).await.unwrap();
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::Failed);
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::RollbackFailed);
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Active);
}

#[tokio::test]
async fn what_failed_for_good_is_queued_again_by_the_sweep() {
    let t = Flow::new().await;
    let item = t.issued().await;
    t.report(&item, failed("validate", false)).await.unwrap();
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::Failed);
    let pause = Duration::from_mins(10);
    let sweep = DeploymentSweep::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups), pause);
    sweep.activate(&Never).await;
    assert!(t.poll().await.is_empty(), "not before the pause is over");
    t.bench.clock.advance(pause + Duration::from_secs(1));
    let report = sweep.activate(&Never).await;
    assert_eq!(report.counts, [("enqueued", 1)]);
    let [again] = t.poll().await.try_into().unwrap();
    assert_ne!(again.job_id, item.job_id);
    assert_eq!(again.fingerprint_sha256, item.fingerprint_sha256);
    t.report(&again, served(&again)).await.unwrap();
    t.bench.clock.advance(pause * 2);
    assert_eq!(sweep.activate(&Never).await.counts, [("enqueued", 0)]);
}

#[tokio::test]
async fn one_run_of_the_sweep_looks_at_every_deployment_that_failed() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            for number in 0..101 {
                let mut issued = build::certificate(&format!("mc-{number}"));
                issued.name = format!("issued {number}");
                issued.expires_at = Some(build::at(86_400));
                tx.certificates().insert(&issued)?;
                let failed = DeploymentStatus::Failed;
                tx.deployments().insert(&TargetMapping {
                    status: failed,
                    updated_at: build::at(0),
                    ..build::mapping(issued.id.as_str())
                })?;
            }
            Ok(())
        })
        .await;
    t.bench.clock.set(build::at(3_600));
    let pause = Duration::from_mins(10);
    DeploymentSweep::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups), pause).activate(&Never).await;
    let left = t.bench.read(|tx| tx.deployments().unserved_since(build::at(3_600), 500)).await;
    assert_eq!(left, []);
}

#[tokio::test]
async fn what_a_daemon_prints_is_kept_on_every_engine() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let item = t.issued().await;
        let odd = JobReport { error: Some("line 1\n\0line 2".into()), ..failed("verify", true) };
        t.report(&item, JobReport { served_fingerprint: Some("\0".into()), ..odd }).await.unwrap();
        let job = t.job(&item.job_id).await;
        assert_eq!(job.last_error.as_deref(), Some("line 1\nline 2"));
        assert_eq!(job.verification_error, job.last_error);
    }
}

#[tokio::test]
async fn a_heartbeat_with_facts_that_cannot_be_kept_is_refused_by_name() {
    let t = Flow::new().await;
    let (who, id) = (agent(build::AGENT), build::id(build::AGENT));
    for os in ["\0".to_owned(), "x".repeat(256)] {
        let facts = AgentMetadata { os, ..AgentMetadata::default() };
        let ServiceError::Invalid(fields) = t.work.heartbeat(&who, &id, facts).await.unwrap_err() else {
            panic!("accepted")
        };
        assert_eq!(fields[0].field, "os");
    }
}

#[tokio::test]
async fn a_target_whose_secrets_cannot_be_opened_fails_its_own_jobs_only() {
    let t = Flow::new().await;
    t.issued().await;
    t.bench
        .write(|tx| {
            let mut damaged = tx.targets().find(&build::id(build::TARGET))?.unwrap();
            damaged.sealed_config = Some(b"not sealed by any key".to_vec());
            tx.targets().update(&mut damaged)
        })
        .await;
    t.certificates.renew(&operator(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    t.bench.clock.advance(LEASE);
    let [renewal] = t.poll().await.try_into().unwrap();
    assert_eq!(renewal.kind, JobKind::Renewal);
    let jobs = t.bench.all_jobs().await;
    let failed = jobs.iter().find(|job| job.status == JobStatus::Failed).unwrap();
    assert_eq!(failed.kind, JobKind::Deployment);
    assert!(failed.last_error.as_deref().unwrap().contains("master key"));
}

#[tokio::test]
async fn signs_of_life_prolong_the_lease_and_a_new_instance_takes_over_at_once() {
    let t = Flow::new().await;
    let item = t.issued().await;
    t.bench.clock.advance(LEASE / 2);
    t.report(&item, report(ReportedStatus::Running)).await.unwrap();
    t.bench.clock.advance(LEASE / 2 + Duration::from_secs(1));
    assert!(t.poll().await.is_empty(), "prolonged");
    let [taken] = t.poll_as(build::AGENT, "second").await.try_into().unwrap();
    assert_eq!(taken.job_id, item.job_id);
    let old = t.report(&item, served(&item)).await.unwrap_err();
    assert_eq!(old.code(), "lease_lost");
    t.report(&taken, served(&taken)).await.unwrap();
}

#[tokio::test]
async fn the_agent_gets_secrets_of_its_targets_in_clear() {
    let t = Flow::new().await;
    let item = t.issued().await;
    let target = item.target.unwrap();
    assert_eq!(target.id.as_str(), build::TARGET);
    assert!(!format!("{target:?}").contains("cert_path"), "debug output shows no configuration");
}
