//! What cancelling really stops, what is remembered of a job, and for how long.

use crate::bench::{ServiceBench, agent, operator, viewer};
use crate::flow::{Flow, LEASE, Never, report};
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::job::{Job, JobStatus, VerificationStatus};
use certctl_domain::ledger::IssuanceState;
use certctl_domain::timeline::AttemptEnd;
use certctl_repository::PageRequest;
use certctl_service::reconcile::{DeploymentSweep, JobRetention};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::{JobReport, ReportedStatus, WorkItem};
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::{AttemptOutcome, JobEngine, Reconciler};
use certctl_service_api::job::{JobService, VerificationReport};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

fn served(item: &WorkItem) -> JobReport {
    JobReport { served_fingerprint: item.fingerprint_sha256.clone(), ..report(ReportedStatus::Completed) }
}

fn seen(item: &WorkItem, actual: &str) -> VerificationReport {
    VerificationReport {
        target_id: build::id(build::TARGET),
        expected_fingerprint: item.fingerprint_sha256.clone().unwrap(),
        actual_fingerprint: actual.to_owned(),
        error: None,
    }
}

#[tokio::test]
async fn an_issuance_that_is_cancelled_while_the_ca_signs_is_never_completed() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        t.create().await;
        t.sweep().await;
        for _ in 0..6 {
            let item = t.poll().await.into_iter().find(|item| item.csr.is_some()).unwrap();
            t.send_csr(&item).await.unwrap();
            let engine = t.engine("replica-a");
            let [job] = engine.claim(10).await.unwrap().try_into().unwrap();
            let (jobs, who) = (t.bench.jobs(), operator());
            let (outcome, cancelled) = tokio::join!(engine.run(job), jobs.cancel(&who, &item.job_id));
            let id = item.job_id.clone();
            let versions = t
                .bench
                .read(|tx| tx.versions().list(&build::id("mc-www"), &PageRequest::first(50)))
                .await
                .items;
            let stored = versions.iter().any(|version| version.job_id.as_ref() == Some(&id));
            match t.job(&id).await.status {
                JobStatus::Cancelled => {
                    assert!(cancelled.is_ok() && outcome == AttemptOutcome::LeaseLost && !stored);
                }
                JobStatus::Completed => {
                    assert!(cancelled.is_err() && outcome == AttemptOutcome::Completed && stored);
                }
                other => panic!("the job is {other}"),
            }
            let ledger = t.bench.read(|tx| tx.ledger().list(&PageRequest::first(50))).await.items;
            let of_job = ledger.iter().filter(|row| row.job_id.as_ref() == Some(&id));
            assert!(of_job.clone().all(|row| row.state != IssuanceState::Intent), "every serial is settled");
            t.certificates
                .renew(&operator(), &build::id("mc-www"), RenewOptions::forced(true))
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_server_job_that_was_cancelled_after_its_claim_does_nothing() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    let engine = t.engine("replica-a");
    let [job] = engine.claim(10).await.unwrap().try_into().unwrap();
    t.bench.jobs().cancel(&operator(), &item.job_id).await.unwrap();
    assert_eq!(engine.run(job).await, AttemptOutcome::LeaseLost);
    let ledger = t.bench.read(|tx| tx.ledger().list(&PageRequest::first(5))).await.items;
    assert!(ledger.is_empty(), "the CA was never asked");
    let late = t.send_csr(&item).await.unwrap_err();
    assert!(matches!(late, ServiceError::Conflict { .. }), "{late}");
}

#[tokio::test]
async fn an_agent_learns_of_a_cancellation_at_its_next_report() {
    let t = Flow::new().await;
    let item = t.issued().await;
    t.bench.jobs().cancel(&operator(), &item.job_id).await.unwrap();
    for what in [report(ReportedStatus::Running), served(&item), report(ReportedStatus::Failed)] {
        let refused = t.report(&item, what).await.unwrap_err();
        assert_eq!(refused.code(), "lease_lost");
        assert!(refused.to_string().contains("Cancelled"), "{refused}");
    }
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::Cancelled);
    t.bench.clock.advance(LEASE * 2);
    assert!(t.poll().await.is_empty(), "it is never handed out again");
}

#[tokio::test]
async fn what_a_person_stopped_is_not_deployed_again_until_something_changes() {
    let t = Flow::new().await;
    let item = t.issued().await;
    t.bench.jobs().cancel(&operator(), &item.job_id).await.unwrap();
    let pause = Duration::from_mins(10);
    let sweep = DeploymentSweep::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups), pause);
    t.bench.clock.advance(pause * 3);
    assert_eq!(sweep.activate(&Never).await.counts, [("enqueued", 0)]);
    assert!(t.poll().await.is_empty());
    // Asking for it is a change.
    t.certificates.deploy(&operator(), &build::id("mc-www"), None).await.unwrap();
    let [again] = t.poll().await.try_into().unwrap();
    assert_eq!(again.version_id, item.version_id);
}

#[tokio::test]
async fn the_history_of_a_job_tells_who_tried_what_and_when() {
    let t = Flow::new().await;
    let item = t.issued().await;
    let broken = JobReport { error: Some("nginx refused it".into()), ..report(ReportedStatus::Failed) };
    t.report(&item, broken).await.unwrap();
    t.bench.clock.set(t.job(&item.job_id).await.run_after);
    let [again] = t.poll().await.try_into().unwrap();
    t.report(&again, served(&again)).await.unwrap();
    let timeline = t.bench.jobs().timeline(&viewer(), &item.job_id).await.unwrap();
    let attempts: Vec<_> = timeline
        .attempts
        .iter()
        .map(|one| (one.number, one.holder.as_str(), one.outcome, one.error.as_deref()))
        .collect();
    let holder = format!("{}/first", build::AGENT);
    assert_eq!(
        attempts,
        [
            (1, holder.as_str(), AttemptEnd::WillRetry, Some("nginx refused it")),
            (2, holder.as_str(), AttemptEnd::Completed, None)
        ]
    );
    assert!(timeline.attempts.iter().all(|one| one.ended_at.is_some_and(|end| end >= one.started_at)));
    let changes: Vec<_> = timeline.changes.iter().map(|one| one.change.as_str()).collect();
    assert_eq!(changes, ["created", "claimed", "attempt_failed", "claimed", "completed"]);
    let unknown = t.bench.jobs().timeline(&viewer(), &build::id("job-none")).await.unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

#[tokio::test]
async fn the_server_judges_what_the_agent_saw() {
    let t = Flow::new().await;
    let item = t.issued().await;
    t.report(&item, report(ReportedStatus::Completed)).await.unwrap();
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::Deployed);
    let (jobs, me) = (t.bench.jobs(), agent(build::AGENT));
    let fingerprint = item.fingerprint_sha256.clone().unwrap();

    let good = jobs.verify(&me, &item.job_id, seen(&item, &fingerprint.to_uppercase())).await.unwrap();
    assert_eq!((good.status, good.error), (VerificationStatus::Success, None));
    assert_eq!(t.bench.mapping("mc-www", build::TARGET).await.status, DeploymentStatus::Served);

    let bad = jobs.verify(&me, &item.job_id, seen(&item, &"00".repeat(32))).await.unwrap();
    assert_eq!(bad.status, VerificationStatus::Failed);
    let mapping = t.bench.mapping("mc-www", build::TARGET).await;
    assert_eq!(mapping.status, DeploymentStatus::Failed);
    assert!(mapping.last_error.unwrap().contains("expected"), "the mapping says why");
    assert_eq!(t.job(&item.job_id).await.status, JobStatus::Completed);

    let kept = jobs.verification(&viewer(), &item.job_id).await.unwrap();
    assert_eq!(
        (kept.expected_fingerprint, kept.actual_fingerprint),
        (Some(fingerprint), Some("00".repeat(32)))
    );
    let audited = t.bench.audited().await;
    assert_eq!(audited[audited.len() - 2..], ["job_verification_success", "job_verification_failed"]);
    // The sweep mends it.
    let pause = Duration::from_mins(10);
    t.bench.clock.advance(pause * 2);
    let sweep = DeploymentSweep::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups), pause);
    assert_eq!(sweep.activate(&Never).await.counts, [("enqueued", 1)]);
}

#[tokio::test]
async fn a_verification_is_the_business_of_the_jobs_own_agent() {
    let t = Flow::new().await;
    let item = t.issued().await;
    let (jobs, me) = (t.bench.jobs(), agent(build::AGENT));
    let fingerprint = item.fingerprint_sha256.clone().unwrap();
    let good = || seen(&item, &fingerprint);
    let refusal = |who, id, report| {
        let jobs = &jobs;
        async move { jobs.verify(&who, &id, report).await.unwrap_err().code() }
    };
    assert_eq!(refusal(operator(), item.job_id.clone(), good()).await, "forbidden");
    assert_eq!(refusal(agent("agent-other"), item.job_id.clone(), good()).await, "not_found");
    let elsewhere = VerificationReport { target_id: build::id("tgt-other"), ..good() };
    assert_eq!(refusal(me.clone(), item.job_id.clone(), elsewhere).await, "unprocessable");
    assert_eq!(refusal(me.clone(), item.job_id.clone(), seen(&item, "")).await, "invalid_request");
    let failed = VerificationReport { error: Some("connection refused".into()), ..seen(&item, "") };
    let failed = jobs.verify(&me, &item.job_id, failed).await.unwrap();
    assert_eq!(
        (failed.status, failed.error.as_deref()),
        (VerificationStatus::Failed, Some("connection refused"))
    );
    let lie = VerificationReport { expected_fingerprint: "11".repeat(32), ..seen(&item, &"11".repeat(32)) };
    assert_eq!(jobs.verify(&me, &item.job_id, lie).await.unwrap().status, VerificationStatus::Failed);
    jobs.cancel(&operator(), &item.job_id).await.unwrap();
    assert_eq!(refusal(me, item.job_id.clone(), good()).await, "invalid_state");
}

#[tokio::test]
async fn jobs_that_ended_long_ago_go_and_the_newest_of_each_kind_stays() {
    for t in ServiceBench::both().await {
        t.add_mapped(build::certificate("mc-web")).await;
        t.write(|tx| {
            for number in 0..450_i64 {
                let at = build::at(number);
                tx.jobs().insert(&Job {
                    status: JobStatus::Completed,
                    completed_at: Some(at),
                    created_at: at,
                    ..build::issuance_job(&format!("job-{number}"), "mc-web")
                })?;
            }
            Ok(())
        })
        .await;
        let keep = Duration::from_hours(24);
        let retention = JobRetention::new(t.base.clone(), keep);
        t.clock.set(build::at(400).plus(keep));
        assert_eq!(retention.activate(&Never).await.counts, [("removed", 400)]);
        t.clock.set(build::at(900).plus(keep));
        assert_eq!(retention.activate(&Never).await.counts, [("removed", 49)]);
        let [left] = t.all_jobs().await.try_into().unwrap();
        assert_eq!(left.id.as_str(), "job-449");
    }
}
