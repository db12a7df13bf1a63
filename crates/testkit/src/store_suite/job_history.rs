//! The history of jobs, and how long it is kept.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::id::JobId;
use certctl_domain::job::{Job, JobEvent, JobStatus};
use certctl_domain::timeline::{AttemptEnd, Timeline};
use certctl_repository::{ClaimRequest, EndedJob, StoreError};

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        tx.certificates().insert(&build::certificate("mc-one"))
    })
    .await;
}

pub async fn every_change_of_a_job_is_recorded(db: &TestStore) {
    write(db, |tx| {
        tx.jobs().insert(&build::job("job-other"))?;
        tx.jobs().insert(&build::job("job-one"))
    })
    .await;
    for (owner, seconds) in [("replica-a", 10), ("replica-b", 80)] {
        let request = ClaimRequest {
            owner: owner.to_owned(),
            at: build::at(seconds),
            until: build::at(seconds + 60),
            limit: 5,
        };
        let claimed = db.store().claim("test.claim", move |tx| tx.jobs().claim_for_server(&request)).await;
        let claimed: Vec<Job> = claimed.map_err(|error: StoreError| error).unwrap();
        assert_eq!(claimed.len(), 2);
    }
    write(db, |tx| {
        let mut job = tx.jobs().find(&build::id("job-one"))?.ok_or(StoreError::Stale)?;
        job.last_error = Some("no answer".to_owned());
        job.apply(JobEvent::Exhausted, build::at(90)).unwrap();
        tx.jobs().update(&mut job)
    })
    .await;
    let states = read(db, |tx| tx.jobs().states(&build::id("job-one"))).await;
    let seen: Vec<_> = states
        .iter()
        .map(|state| (state.at, state.status, state.lease_owner.as_deref(), state.error.as_deref()))
        .collect();
    assert_eq!(
        seen,
        [
            (build::at(0), JobStatus::Pending, None, None),
            (build::at(10), JobStatus::Running, Some("replica-a"), None),
            (build::at(80), JobStatus::Running, Some("replica-b"), None),
            (build::at(90), JobStatus::Failed, None, Some("no answer")),
        ]
    );
    let attempts = Timeline::of(&states).attempts;
    let ends: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(ends, [AttemptEnd::LeaseLost, AttemptEnd::Failed]);
}

/// A job that was created and ended at `seconds`.
fn ended(job: Job, seconds: i64) -> Job {
    let at = build::at(seconds);
    Job { status: JobStatus::Completed, completed_at: Some(at), created_at: at, ..job }
}

pub async fn the_newest_job_of_its_kind_is_never_replaced(db: &TestStore) {
    seed(db).await;
    let deployment = |id: &str, target: &str, agent: &str, seconds| {
        let job = Job {
            certificate_id: Some(build::id("mc-one")),
            target_id: Some(build::id(target)),
            agent_id: Some(build::id(agent)),
            ..build::job(id)
        };
        ended(job, seconds)
    };
    let check = |id: &str, target: &str, seconds| {
        let kind = certctl_domain::job::JobKind::Validation;
        ended(Job { kind, target_id: Some(build::id(target)), ..build::job(id) }, seconds)
    };
    write(db, move |tx| {
        let agent = build::AGENT;
        let rows = [
            ended(build::issuance_job("job-first", "mc-one"), 1),
            ended(build::issuance_job("job-second", "mc-one"), 2),
            build::issuance_job("job-live", "mc-one"),
            deployment("job-a-old", "tgt-a", agent, 3),
            deployment("job-a-new", "tgt-a", agent, 4),
            deployment("job-b", "tgt-b", agent, 3),
            deployment("job-a-two", "tgt-a", "agent-two", 3),
            check("job-check-old", "tgt-a", 5),
            check("job-check-new", "tgt-a", 6),
            check("job-check-b", "tgt-b", 5),
            ended(build::job("job-nothing"), 1),
        ];
        rows.iter().try_for_each(|job| tx.jobs().insert(job))
    })
    .await;
    let replaced = |before, after: Option<EndedJob>, limit| async move {
        let found = read(db, move |tx| tx.jobs().replaced(build::at(before), after.as_ref(), limit)).await;
        found.into_iter().map(|job| job.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(replaced(99, None, 9).await, ["job-first", "job-a-old", "job-check-old"]);
    assert_eq!(replaced(5, None, 9).await, ["job-first", "job-a-old"]);
    assert_eq!(replaced(99, None, 1).await, ["job-first"]);
    let first = EndedJob { id: build::id("job-first"), completed_at: build::at(1) };
    assert_eq!(replaced(99, Some(first), 9).await, ["job-a-old", "job-check-old"]);

    let ids: Vec<JobId> = ["job-first", "job-live"].map(build::id).to_vec();
    assert_eq!(write(db, move |tx| tx.jobs().delete_ended(&ids)).await, 1);
    assert!(read(db, |tx| tx.jobs().states(&build::id("job-first"))).await.is_empty());
    assert!(read(db, |tx| tx.jobs().find(&build::id("job-live"))).await.is_some(), "live jobs stay");
}
