//! Claims and leases of jobs.

use super::{assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::job::{Executor, Job, JobEvent, JobStatus, Lease};
use certctl_repository::{ClaimRequest, StoreError};
use std::collections::BTreeSet;

fn request(owner: &str, seconds: i64, limit: u32) -> ClaimRequest {
    ClaimRequest { owner: owner.to_owned(), at: build::at(seconds), until: build::at(seconds + 60), limit }
}

async fn claim(db: &TestStore, request: ClaimRequest) -> Vec<Job> {
    let claimed: Result<_, StoreError> =
        db.store().claim("test.claim", move |tx| tx.jobs().claim_for_server(&request)).await;
    claimed.unwrap()
}

async fn claim_as(db: &TestStore, agent: &'static str, request: ClaimRequest) -> Vec<Job> {
    let claimed: Result<_, StoreError> = db
        .store()
        .claim("test.claim", move |tx| tx.jobs().claim_for_agent(&build::id(agent), &request))
        .await;
    claimed.unwrap()
}

async fn insert(db: &TestStore, jobs: Vec<Job>) {
    write(db, move |tx| jobs.iter().try_for_each(|job| tx.jobs().insert(job))).await;
}

async fn find(db: &TestStore, id: &'static str) -> Job {
    read(db, move |tx| tx.jobs().find(&build::id(id))).await.unwrap()
}

fn ids(jobs: &[Job]) -> Vec<&str> {
    jobs.iter().map(|job| job.id.as_str()).collect()
}

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        ["mc-a", "mc-b", "mc-c", "mc-d", "mc-e"]
            .iter()
            .try_for_each(|id| tx.certificates().insert(&build::certificate(id)))
    })
    .await;
}

pub async fn a_claim_equals_the_event_in_memory(db: &TestStore) {
    insert(db, vec![build::job("job-one")]).await;
    let mut expected = build::job("job-one");
    for seconds in [10, 1000] {
        expected.apply(JobEvent::Claimed, build::at(seconds)).unwrap();
        expected.lease = Some(Lease { owner: "replica".to_owned(), until: build::at(seconds + 60) });
        expected.revision += 1;
        assert_eq!(claim(db, request("replica", seconds, 5)).await, [expected.clone()]);
        assert_eq!(find(db, "job-one").await, expected);
    }
    // Who read the job before the claim can no longer change it.
    assert_stale(attempt(db, |tx| tx.jobs().update(&mut build::job("job-one"))).await);
}

pub async fn a_claim_takes_only_what_is_due_for_the_server(db: &TestStore) {
    seed(db).await;
    let due = |id: &str, seconds| Job { run_after: build::at(seconds), ..build::job(id) };
    let leased = Lease { owner: "other".to_owned(), until: build::at(500) };
    insert(
        db,
        vec![
            due("job-c", 30),
            due("job-b", 20),
            due("job-a", 20),
            due("job-later", 101),
            Job {
                executor: Executor::Agent,
                agent_id: Some(build::id(build::AGENT)),
                ..due("job-agents", 1)
            },
            build::issuance_job("job-csr", "mc-a"),
            Job { status: JobStatus::AwaitingApproval, ..due("job-approval", 1) },
            Job { status: JobStatus::Running, lease: Some(leased), ..due("job-held", 1) },
            Job { status: JobStatus::Failed, completed_at: Some(build::at(1)), ..due("job-failed", 1) },
        ],
    )
    .await;
    assert_eq!(ids(&claim(db, request("replica", 100, 2)).await), ["job-a", "job-b"]);
    assert_eq!(ids(&claim(db, request("replica", 100, 9)).await), ["job-c"]);
    assert_eq!(claim(db, request("replica", 100, 9)).await, []);
    assert_eq!(ids(&claim(db, request("replica", 101, 9)).await), ["job-later"]);
}

pub async fn an_expired_lease_is_claimed_again(db: &TestStore) {
    insert(db, vec![build::job("job-one")]).await;
    let first = claim(db, request("replica-a", 0, 1)).await;
    assert_eq!(claim(db, request("replica-b", 59, 1)).await, []);
    let second = claim(db, request("replica-b", 60, 1)).await;
    assert_eq!(second.iter().map(|job| (job.attempts, job.lease_token)).collect::<Vec<_>>(), [(2, 2)]);
    // The first holder's token and revision are void.
    let mut late = first.into_iter().next().unwrap();
    let token = late.lease_token;
    assert!(!write(db, move |tx| tx.jobs().extend_lease(&build::id("job-one"), token, build::at(900))).await);
    late.apply(JobEvent::Succeeded, build::at(61)).unwrap();
    assert_stale(attempt(db, move |tx| tx.jobs().update(&mut late.clone())).await);
    assert_eq!(find(db, "job-one").await.lease.unwrap().owner, "replica-b");
}

pub async fn two_claimers_never_share_a_job(db: &TestStore) {
    let jobs = (0..60).map(|n| build::job(&format!("job-{n:02}"))).collect();
    insert(db, jobs).await;
    let drain = |owner: &'static str| async move {
        let mut mine = Vec::new();
        loop {
            let claimed = claim(db, request(owner, 10, 7)).await;
            if claimed.is_empty() {
                return mine;
            }
            mine.extend(claimed.into_iter().map(|job| job.id.to_string()));
        }
    };
    let (a, b, c) = tokio::join!(drain("replica-a"), drain("replica-b"), drain("replica-c"));
    let all: Vec<String> = a.into_iter().chain(b).chain(c).collect();
    assert_eq!(all.len(), 60);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 60);
}

pub async fn leases_are_extended_by_their_holder_only(db: &TestStore) {
    insert(db, vec![build::job("job-one"), Job { run_after: build::at(999), ..build::job("job-two") }]).await;
    let claimed = claim(db, request("replica", 0, 1)).await;
    let extend = |id: &'static str, token| {
        write(db, move |tx| tx.jobs().extend_lease(&build::id(id), token, build::at(300)))
    };
    assert!(extend("job-one", 1).await);
    assert!(!extend("job-one", 0).await);
    assert!(!extend("job-two", 0).await);
    assert!(!extend("job-none", 1).await);
    assert_eq!(claim(db, request("other", 299, 1)).await, []);
    // The holder's copy stays current, so that its result can be written.
    let mut job = claimed.into_iter().next().unwrap();
    job.apply(JobEvent::Succeeded, build::at(200)).unwrap();
    write(db, move |tx| tx.jobs().update(&mut job.clone())).await;
    assert!(!extend("job-one", 1).await);
}

pub async fn released_jobs_are_claimable_now(db: &TestStore) {
    seed(db).await;
    insert(db, vec![build::job("job-one"), build::job("job-two")]).await;
    let agents = Job {
        executor: Executor::Agent,
        agent_id: Some(build::id(build::AGENT)),
        ..build::job("job-agents")
    };
    insert(db, vec![agents]).await;
    assert_eq!(claim_as(db, build::AGENT, request("agent-web1/1", 0, 9)).await.len(), 1);
    assert_eq!(ids(&claim(db, request("replica-a", 0, 1)).await), ["job-one"]);
    let stopped = claim(db, request("replica-b", 0, 1)).await;
    let release = |owner: Option<&'static str>| {
        write(db, move |tx| tx.jobs().release_server_leases(owner, build::at(5)))
    };
    assert_eq!(release(Some("replica-b")).await, 1);
    assert_eq!(ids(&claim(db, request("replica-a", 5, 9)).await), ["job-two"]);
    let mut late = stopped.into_iter().next().unwrap();
    late.apply(JobEvent::Succeeded, build::at(6)).unwrap();
    assert_stale(attempt(db, move |tx| tx.jobs().update(&mut late.clone())).await);
    // Everything of the server, and nothing of an agent.
    assert_eq!(release(None).await, 2);
    assert_eq!(claim(db, request("replica-c", 5, 9)).await.len(), 2);
    assert_eq!(find(db, "job-agents").await.lease.unwrap().until, build::at(60));
}

pub async fn agents_claim_their_own_jobs_only(db: &TestStore) {
    seed(db).await;
    let deploy = |id: &str, agent: &str, seconds| Job {
        executor: Executor::Agent,
        agent_id: Some(build::id(agent)),
        run_after: build::at(seconds),
        ..build::job(id)
    };
    insert(
        db,
        vec![
            Job { run_after: build::at(2), ..build::issuance_job("job-csr", "mc-a") },
            deploy("job-deploy", build::AGENT, 1),
            deploy("job-later", build::AGENT, 101),
            deploy("job-foreign", "agent-two", 1),
            // The CSR came: the server's turn.
            Job {
                status: JobStatus::Pending,
                executor: Executor::Server,
                ..build::issuance_job("job-server", "mc-b")
            },
        ],
    )
    .await;
    let claimed = claim_as(db, build::AGENT, request("agent-web1/1", 100, 9)).await;
    assert_eq!(ids(&claimed), ["job-deploy", "job-csr"]);
    let statuses: Vec<_> = claimed.iter().map(|job| (job.status, job.attempts, job.lease_token)).collect();
    assert_eq!(statuses, [(JobStatus::Running, 1, 1), (JobStatus::AwaitingCsr, 1, 1)]);
    for job in claimed {
        assert_eq!(
            read(db, move |tx| tx.jobs().find(&job.id)).await.as_ref().map(|job| job.revision),
            Some(2)
        );
    }
    assert_eq!(claim_as(db, build::AGENT, request("agent-web1/1", 100, 9)).await, []);
    assert_eq!(ids(&claim_as(db, "agent-two", request("agent-two/1", 100, 1)).await), ["job-foreign"]);
    assert_eq!(ids(&claim(db, request("replica", 100, 9)).await), ["job-server"]);
    // An expired lease of the same instance is claimable again.
    let again = claim_as(db, build::AGENT, request("agent-web1/1", 160, 9)).await;
    assert_eq!(ids(&again), ["job-deploy", "job-csr", "job-later"]);
}

pub async fn a_new_instance_takes_over_at_once(db: &TestStore) {
    seed(db).await;
    let deploy = Job {
        executor: Executor::Agent,
        agent_id: Some(build::id(build::AGENT)),
        ..build::job("job-deploy")
    };
    let waiting = Job { run_after: build::at(900), ..build::issuance_job("job-future", "mc-b") };
    insert(db, vec![deploy, build::issuance_job("job-csr", "mc-a"), waiting]).await;
    assert_eq!(claim_as(db, build::AGENT, request("agent-web1/1", 0, 9)).await.len(), 2);
    let taken = claim_as(db, build::AGENT, request("agent-web1/2", 1, 9)).await;
    assert_eq!(ids(&taken), ["job-csr", "job-deploy"]);
    assert!(taken.iter().all(|job| job.lease_token == 2 && job.attempts == 2));
    let old_token = write(db, |tx| tx.jobs().extend_lease(&build::id("job-csr"), 1, build::at(900)));
    assert!(!old_token.await);
    assert_eq!(claim_as(db, build::AGENT, request("agent-web1/2", 2, 9)).await, []);
    // The poll that the killed process left behind takes nothing from its successor.
    assert_eq!(claim_as(db, build::AGENT, request("agent-web1/1", 3, 9)).await, []);
}
