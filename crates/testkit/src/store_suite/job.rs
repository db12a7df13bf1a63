//! Jobs: rows, uniqueness and lookups. Claims have a module of their own.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::JsonText;
use certctl_domain::job::{Executor, Job, JobEvent, JobKind, JobStatus, Lease, VerificationStatus};
use certctl_repository::{JobFilter, StoreError};

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.certificates().insert(&build::certificate("mc-two"))
    })
    .await;
}

/// A job as it is once it has ended at `seconds`.
fn ended(job: Job, status: JobStatus, seconds: i64) -> Job {
    Job { status, completed_at: Some(build::at(seconds)), ..job }
}

async fn insert(db: &TestStore, job: Job) -> Result<(), StoreError> {
    attempt(db, move |tx| tx.jobs().insert(&job)).await
}

fn ids(jobs: Vec<Job>) -> Vec<String> {
    jobs.into_iter().map(|job| job.id.to_string()).collect()
}

pub async fn jobs_come_back_as_stored(db: &TestStore) {
    seed(db).await;
    let job = Job {
        kind: JobKind::Renewal,
        certificate_id: Some(build::id("mc-one")),
        target_id: Some(build::id(build::TARGET)),
        agent_id: Some(build::id(build::AGENT)),
        version_id: Some(build::id("cv-one")),
        status: JobStatus::Running,
        executor: Executor::Agent,
        attempts: 2,
        max_attempts: 5,
        last_error: Some("timeout".to_owned()),
        run_after: build::at(1),
        lease: Some(Lease { owner: "agent-web1/1".to_owned(), until: build::at(2) }),
        lease_token: 3,
        dedup_key: Some("renew:mc-one".to_owned()),
        payload: JsonText::trusted(r#"{"csr_pem":"…"}"#),
        result: Some(JsonText::trusted(r#"{"ok":true}"#)),
        requested_by: "sweep".to_owned(),
        started_at: Some(build::at(4)),
        completed_at: None,
        verification_status: VerificationStatus::Failed,
        verified_at: Some(build::at(5)),
        verification_fingerprint: Some("ab".to_owned()),
        verification_error: Some("another leaf".to_owned()),
        revision: 6,
        created_at: build::at(7),
        updated_at: build::at(8),
        ..build::job("job-odd")
    };
    insert(db, job.clone()).await.unwrap();
    assert_eq!(read(db, |tx| tx.jobs().find(&build::id("job-odd"))).await, Some(job));
    assert_eq!(read(db, |tx| tx.jobs().find(&build::id("job-none"))).await, None);
    let orphan = Job { certificate_id: Some(build::id("mc-none")), ..build::job("job-orphan") };
    assert_refused!(insert(db, orphan).await, Missing, "job.certificate_id");
    let orphan = Job { agent_id: Some(build::id("agent-none")), ..build::job("job-orphan") };
    assert_refused!(insert(db, orphan).await, Missing, "job.agent_id");
}

pub async fn the_same_work_is_queued_once(db: &TestStore) {
    let job = |id: &str| Job { dedup_key: Some("deploy:cv-1:tgt-1".to_owned()), ..build::job(id) };
    insert(db, ended(job("job-old"), JobStatus::Failed, 1)).await.unwrap();
    insert(db, job("job-one")).await.unwrap();
    assert_refused!(insert(db, job("job-two")).await, Duplicate, "job.dedup_key");
    assert_refused!(insert(db, Job { dedup_key: None, ..job("job-one") }).await, Duplicate, "job.id");
    for id in ["job-three", "job-four"] {
        insert(db, Job { dedup_key: None, ..job(id) }).await.unwrap();
    }
    write(db, |tx| {
        let mut job = tx.jobs().find(&build::id("job-one"))?.ok_or(StoreError::Stale)?;
        job.apply(JobEvent::Cancelled, build::at(2)).unwrap();
        tx.jobs().update(&mut job)
    })
    .await;
    insert(db, job("job-two")).await.unwrap();
    // Taking up the old one again would queue the work twice.
    let retried = attempt(db, |tx| {
        let mut job = tx.jobs().find(&build::id("job-old"))?.ok_or(StoreError::Stale)?;
        job.apply(JobEvent::Retried { needs_csr: false }, build::at(3)).unwrap();
        tx.jobs().update(&mut job)
    });
    assert_refused!(retried.await, Duplicate, "job.dedup_key");
}

pub async fn one_issuance_is_live_per_certificate_and_agent(db: &TestStore) {
    seed(db).await;
    let job = |id: &str| build::issuance_job(id, "mc-one");
    insert(db, ended(job("job-old"), JobStatus::Failed, 1)).await.unwrap();
    insert(db, job("job-one")).await.unwrap();
    assert_refused!(insert(db, job("job-two")).await, Duplicate, "job.live_issuance");
    let renewal = Job { kind: JobKind::Renewal, ..job("job-two") };
    assert_refused!(insert(db, renewal).await, Duplicate, "job.live_issuance");
    // Another agent, no agent, another certificate and another kind are other work.
    insert(db, Job { agent_id: Some(build::id("agent-two")), ..job("job-three") }).await.unwrap();
    insert(db, Job { agent_id: None, ..job("job-four") }).await.unwrap();
    assert_refused!(
        insert(db, Job { agent_id: None, ..job("job-five") }).await,
        Duplicate,
        "job.live_issuance"
    );
    insert(db, build::issuance_job("job-six", "mc-two")).await.unwrap();
    insert(db, Job { kind: JobKind::Deployment, ..job("job-seven") }).await.unwrap();

    let race = |id: &'static str| {
        let job = Job { agent_id: Some(build::id("agent-two")), ..build::issuance_job(id, "mc-two") };
        insert(db, job)
    };
    let (a, b, c) = tokio::join!(race("job-a"), race("job-b"), race("job-c"));
    let mut refused = Vec::from([a, b, c]);
    refused.retain(Result::is_err);
    assert_eq!(refused.len(), 2);
    for outcome in refused {
        assert_refused!(outcome, Duplicate, "job.live_issuance");
    }
    let retried = attempt(db, |tx| {
        let mut job = tx.jobs().find(&build::id("job-old"))?.ok_or(StoreError::Stale)?;
        job.apply(JobEvent::Retried { needs_csr: true }, build::at(3)).unwrap();
        tx.jobs().update(&mut job)
    });
    assert_refused!(retried.await, Duplicate, "job.live_issuance");
}

pub async fn a_refused_job_leaves_the_transaction_usable(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let job = |id: &str| Job { dedup_key: Some("same".to_owned()), ..build::job(id) };
        tx.jobs().insert(&job("job-one"))?;
        assert_refused!(tx.jobs().insert(&job("job-two")), Duplicate, "job.dedup_key");
        tx.jobs().insert(&build::issuance_job("job-three", "mc-one"))?;
        assert_refused!(
            tx.jobs().insert(&build::issuance_job("job-four", "mc-one")),
            Duplicate,
            "job.live_issuance"
        );
        tx.audit().append(&build::audit_event("audit-one"))
    })
    .await;
    let found =
        read(db, |tx| tx.jobs().list(&JobFilter::default(), &certctl_repository::PageRequest::first(9)))
            .await;
    assert_eq!(ids(found.items), ["job-three", "job-one"]);
}

pub async fn updates_are_guarded_by_the_revision(db: &TestStore) {
    insert(db, build::job("job-one")).await.unwrap();
    let stored = write(db, |tx| {
        let mut job = Job { last_error: Some("once".to_owned()), result: None, ..build::job("job-one") };
        tx.jobs().update(&mut job)?;
        Ok(job)
    });
    let stored = stored.await;
    assert_eq!(stored.revision, 2);
    assert_eq!(read(db, |tx| tx.jobs().find(&build::id("job-one"))).await, Some(stored));
    assert_stale(attempt(db, |tx| tx.jobs().update(&mut build::job("job-one"))).await);
    assert_stale(attempt(db, |tx| tx.jobs().update(&mut build::job("job-none"))).await);
}

pub async fn live_jobs_are_found(db: &TestStore) {
    seed(db).await;
    let deployment = |id: &str, target: &str, seconds| Job {
        certificate_id: Some(build::id("mc-one")),
        target_id: Some(build::id(target)),
        agent_id: Some(build::id(build::AGENT)),
        created_at: build::at(seconds),
        ..build::job(id)
    };
    write(db, move |tx| {
        let rows = [
            Job { created_at: build::at(9), ..build::issuance_job("job-issue", "mc-one") },
            Job {
                status: JobStatus::AwaitingApproval,
                agent_id: None,
                ..build::issuance_job("job-wait", "mc-one")
            },
            ended(build::issuance_job("job-old", "mc-one"), JobStatus::Completed, 1),
            build::issuance_job("job-other", "mc-two"),
            deployment("job-b", "tgt-b", 2),
            deployment("job-a", "tgt-a", 1),
            ended(deployment("job-done", "tgt-a", 1), JobStatus::Cancelled, 2),
        ];
        rows.iter().try_for_each(|job| tx.jobs().insert(job))
    })
    .await;
    let one = || build::id("mc-one");
    assert_eq!(ids(read(db, move |tx| tx.jobs().live_issuances(&one())).await), ["job-wait", "job-issue"]);
    assert_eq!(ids(read(db, move |tx| tx.jobs().live_deployments(&one(), None)).await), ["job-a", "job-b"]);
    let on_b = read(db, move |tx| tx.jobs().live_deployments(&one(), Some(&build::id("tgt-b")))).await;
    assert_eq!(ids(on_b), ["job-b"]);
    let of_agent = read(db, |tx| tx.jobs().live_of_agent(&build::id(build::AGENT))).await;
    assert_eq!(ids(of_agent), ["job-other", "job-a", "job-b", "job-issue"]);
}

pub async fn waiting_jobs_come_oldest_first(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let waiting = |id: &str, certificate: &str, seconds| Job {
            run_after: build::at(seconds),
            ..build::issuance_job(id, certificate)
        };
        let leased = Lease { owner: "agent-web1/1".to_owned(), until: build::at(500) };
        let rows = [
            Job { lease: Some(leased), updated_at: build::at(80), ..waiting("job-b", "mc-one", 20) },
            waiting("job-a", "mc-two", 10),
            Job { agent_id: None, ..waiting("job-late", "mc-one", 60) },
            Job { run_after: build::at(1), ..build::job("job-pending") },
        ];
        rows.iter().try_for_each(|job| tx.jobs().insert(job))
    })
    .await;
    let since = |seconds, limit| async move {
        let waiting = JobStatus::AwaitingCsr;
        ids(read(db, move |tx| tx.jobs().waiting_since(waiting, build::at(seconds), limit)).await)
    };
    assert_eq!(since(60, 9).await, ["job-a", "job-b"]);
    assert_eq!(since(61, 9).await, ["job-a", "job-b", "job-late"]);
    assert_eq!(since(61, 1).await, ["job-a"]);
    assert_eq!(since(10, 9).await, [""; 0]);
}

pub async fn the_next_due_time_is_known(db: &TestStore) {
    seed(db).await;
    let next = |executor| read(db, move |tx| tx.jobs().next_due(executor));
    assert_eq!((next(Executor::Server).await, next(Executor::Agent).await), (None, None));
    write(db, |tx| {
        let leased = Lease { owner: "replica".to_owned(), until: build::at(30) };
        let rows = [
            Job { run_after: build::at(40), ..build::job("job-later") },
            Job {
                status: JobStatus::Running,
                run_after: build::at(2),
                lease: Some(leased),
                ..build::job("job-runs")
            },
            Job { status: JobStatus::AwaitingApproval, run_after: build::at(1), ..build::job("job-waits") },
            ended(build::job("job-ended"), JobStatus::Completed, 1),
            Job { run_after: build::at(35), ..build::issuance_job("job-csr", "mc-one") },
        ];
        rows.iter().try_for_each(|job| tx.jobs().insert(job))
    })
    .await;
    assert_eq!(next(Executor::Server).await, Some(build::at(30)));
    assert_eq!(next(Executor::Agent).await, Some(build::at(35)));
}

pub async fn a_list_is_filtered_by_every_field(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let target =
            Job { target_id: Some(build::id("tgt-x")), created_at: build::at(1), ..build::job("job-target") };
        let rows = [
            build::issuance_job("job-issue", "mc-one"),
            target,
            Job { kind: JobKind::Validation, created_at: build::at(2), ..build::job("job-check") },
            ended(Job { created_at: build::at(3), ..build::job("job-failed") }, JobStatus::Failed, 4),
        ];
        rows.iter().try_for_each(|job| tx.jobs().insert(job))
    })
    .await;
    let all = JobFilter::default();
    for (filter, expected) in [
        (all.clone(), vec!["job-failed", "job-check", "job-target", "job-issue"]),
        (JobFilter { status: Some(JobStatus::Failed), ..all.clone() }, vec!["job-failed"]),
        (JobFilter { kind: Some(JobKind::Validation), ..all.clone() }, vec!["job-check"]),
        (JobFilter { certificate_id: Some(build::id("mc-one")), ..all.clone() }, vec!["job-issue"]),
        (JobFilter { agent_id: Some(build::id(build::AGENT)), ..all.clone() }, vec!["job-issue"]),
        (JobFilter { target_id: Some(build::id("tgt-x")), ..all.clone() }, vec!["job-target"]),
        (JobFilter { created_after: Some(build::at(1)), ..all.clone() }, vec!["job-failed", "job-check"]),
        (JobFilter { created_before: Some(build::at(1)), ..all.clone() }, vec!["job-issue"]),
        (JobFilter { kind: Some(JobKind::Issuance), status: Some(JobStatus::Failed), ..all }, vec![]),
    ] {
        let wanted = filter.clone();
        let found =
            walk(db, 3, move |tx, page| tx.jobs().list(&wanted, page), |job| job.id.to_string()).await;
        assert_eq!(found, expected, "{filter:?}");
    }
}
