//! Two persons before an issuance: the gate, the decision, and everything that ends a request.

use crate::bench::{ServiceBench, agent, operator, viewer};
use crate::flow::{Flow, Never, spec};
use certctl_domain::access::{ActorType, Role};
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::job::{Job, JobKind, JobStatus};
use certctl_repository::{ApprovalFilter, PageRequest};
use certctl_service::reconcile::{JobTimeouts, WaitingTimes};
use certctl_service::{ApprovalGate, Approvals};
use certctl_service_api::approval::{ApprovalOf, ApprovalQuery, ApprovalService, Decision};
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::engine::{AttemptOutcome, Reconciler};
use certctl_service_api::job::JobService;
use certctl_service_api::list::ListRequest;
use certctl_service_api::{Actor, ConflictCode, Identity, ServiceError};
use certctl_telemetry::{ApprovalCounters, Registry};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

/// Somebody with a key of this name; keys of one person name the same `identity`.
fn key(name: &str, role: Role, identity: &str) -> Actor {
    let identity = Identity::Key { name: name.to_owned(), role, identity: identity.to_owned() };
    Actor { identity, request_id: None, client_address: None }
}

pub(crate) fn alice() -> Actor {
    key("alice-laptop", Role::Admin, "alice")
}

pub(crate) fn bob() -> Actor {
    key("bob", Role::Approver, "bob")
}

/// A bench whose profile demands approvals, with a certificate under it.
pub(crate) async fn guarded(bench: ServiceBench) -> Flow {
    bench
        .write(|tx| {
            let id = build::id(build::PROFILE);
            let mut profile = tx.profiles().find(&id)?.unwrap();
            let last = profile.updated_at;
            profile.requires_approval = true;
            profile.updated_at = build::at(0).plus(Duration::from_micros(1));
            tx.profiles().update(&profile, last)
        })
        .await;
    let t = Flow::on(bench);
    let spec = CertificateSpec { profile_id: Some(build::id(build::PROFILE)), ..spec() };
    t.certificates.create(&alice(), Some(build::id("mc-www")), spec).await.unwrap();
    t
}

async fn requests(t: &Flow) -> Vec<ApprovalRequest> {
    let mut found = t
        .bench
        .read(|tx| tx.approvals().list(&ApprovalFilter::default(), &PageRequest::first(50)))
        .await
        .items;
    found.reverse();
    found
}

pub(crate) async fn only_request(t: &Flow) -> ApprovalRequest {
    let [request] = requests(t).await.try_into().unwrap();
    request
}

async fn only_job(t: &Flow) -> Job {
    let [job] = t.bench.all_jobs().await.try_into().unwrap();
    job
}

fn code(error: &ServiceError) -> &'static str {
    error.code()
}

pub(crate) async fn decide(
    t: &Flow,
    who: &Actor,
    decision: Decision,
    note: Option<&str>,
) -> Result<ApprovalRequest, ServiceError> {
    let of = ApprovalOf::Request(only_request(t).await.id);
    t.bench.approvals().decide(who, of, decision, note.map(str::to_owned)).await
}

fn counted(registry: &Registry, line: &str) -> bool {
    registry.render().unwrap().lines().any(|rendered| rendered == line)
}

#[tokio::test]
async fn an_approved_issuance_goes_on_to_its_certificate() {
    for bench in ServiceBench::both().await {
        let t = guarded(bench).await;
        t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
        let job = only_job(&t).await;
        assert_eq!(job.status, JobStatus::AwaitingApproval);
        assert!(t.poll().await.is_empty(), "no work before the approval");
        let request = only_request(&t).await;
        assert_eq!((request.state, &request.job_id), (ApprovalState::Pending, &job.id));
        assert_eq!(
            (request.requested_by.as_str(), request.requested_by_principal.as_deref()),
            ("alice-laptop", Some("alice"))
        );
        let metadata: Vec<_> = request.metadata.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            metadata,
            [
                ("common_name", "www.example.com"),
                ("environment", "production"),
                ("issuer_id", build::ISSUER),
                ("reason", "requested"),
                ("sans", "www.example.com, 10.0.0.1"),
            ]
        );
        t.bench.clock.advance(Duration::from_mins(2));
        let decided = decide(&t, &bob(), Decision::Approve, Some("seen the ticket")).await.unwrap();
        assert_eq!((decided.state, decided.decided_by.as_deref()), (ApprovalState::Approved, Some("bob")));
        let [item] = t.poll().await.try_into().unwrap();
        t.send_csr(&item).await.unwrap();
        assert_eq!(t.work_off().await, [AttemptOutcome::Completed]);
        assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Active);
        assert_eq!(
            t.bench.audited().await[1..4],
            ["approval_requested", "renewal_triggered", "approval_approved"]
        );
        let events = t.bench.audit().await;
        assert_eq!(
            (events[3].actor.as_str(), events[3].resource_type.as_str(), events[3].resource_id.as_str()),
            ("bob", "approval_request", request.id.as_str())
        );
        let line = format!(
            r#"certctl_approval_decisions_total{{outcome="approved",profile_id="{}"}} 1"#,
            build::PROFILE
        );
        assert!(counted(&t.bench.metrics, &line));
        assert!(counted(&t.bench.metrics, r#"certctl_approval_pending_age_seconds_bucket{le="300"} 1"#));
    }
}

#[tokio::test]
async fn nobody_decides_what_they_asked_for_whatever_key_they_use() {
    let t = guarded(ServiceBench::new().await).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    for who in [alice(), key("alice-phone", Role::Approver, "alice")] {
        for decision in [Decision::Approve, Decision::Reject] {
            let refused = decide(&t, &who, decision, None).await.unwrap_err();
            assert_eq!(code(&refused), "same_person");
            assert!(refused.to_string().contains("two-person integrity"), "{refused}");
            let of = ApprovalOf::Job(only_job(&t).await.id);
            let refused = t.bench.approvals().decide(&who, of, decision, None).await.unwrap_err();
            assert_eq!(code(&refused), "same_person");
        }
    }
    assert_eq!(only_job(&t).await.status, JobStatus::AwaitingApproval);
    for who in [operator(), viewer(), agent(build::AGENT)] {
        assert_eq!(code(&decide(&t, &who, Decision::Approve, None).await.unwrap_err()), "forbidden");
    }
}

#[tokio::test]
async fn the_sweep_asks_like_everybody_and_anybody_may_answer_it() {
    let t = guarded(ServiceBench::new().await).await;
    t.sweep().await;
    let request = only_request(&t).await;
    assert_eq!((request.requested_by.as_str(), request.requested_by_principal), ("system", None));
    assert!(t.poll().await.is_empty());
    let of = ApprovalOf::Job(request.job_id);
    t.bench.approvals().decide(&alice(), of, Decision::Approve, None).await.unwrap();
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn a_rejection_cancels_the_job_and_puts_the_certificate_back() {
    let t = guarded(ServiceBench::new().await).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    decide(&t, &bob(), Decision::Reject, Some("not this week")).await.unwrap();
    let job = only_job(&t).await;
    assert_eq!(
        (job.status, job.last_error.as_deref()),
        (JobStatus::Cancelled, Some("approval rejected by bob: not this week"))
    );
    let certificate = t.bench.certificate("mc-www").await;
    assert_eq!(certificate.status, CertificateStatus::Pending);
    assert!(certificate.next_action_at.is_some_and(|at| at > build::at(0)), "not asked again at once");
    let again = decide(&t, &bob(), Decision::Approve, None).await.unwrap_err();
    assert!(matches!(again, ServiceError::Conflict { code: ConflictCode::AlreadyDecided, .. }), "{again}");
    assert_eq!(t.bench.audited().await.last().unwrap(), "approval_rejected");
}

#[tokio::test]
async fn of_two_deciders_at_once_one_wins() {
    for bench in ServiceBench::both().await {
        let t = guarded(bench).await;
        t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
        let (bob, carol) = (bob(), key("carol", Role::Approver, "carol"));
        let (a, b) = tokio::join!(
            decide(&t, &bob, Decision::Approve, None),
            decide(&t, &carol, Decision::Reject, None)
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let job = only_job(&t).await;
        let expected = if a.is_ok() { JobStatus::AwaitingCsr } else { JobStatus::Cancelled };
        assert_eq!(job.status, expected);
        let lost = if a.is_ok() { b } else { a }.unwrap_err();
        assert_eq!(code(&lost), "already_decided");
    }
}

#[tokio::test]
async fn what_nobody_decides_in_time_is_cancelled_and_never_executed() {
    let t = guarded(ServiceBench::new().await).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    let hour = Duration::from_hours(1);
    let timeouts = JobTimeouts::new(t.bench.base.clone(), WaitingTimes { csr: hour, approval: hour });
    t.bench.clock.advance(hour + Duration::from_secs(1));
    assert_eq!(timeouts.activate(&Never).await.counts, [("ended", 1)]);
    let request = only_request(&t).await;
    assert_eq!(
        (request.state, request.decided_by.as_deref()),
        (ApprovalState::Expired, Some("system-reaper"))
    );
    assert_eq!(only_job(&t).await.status, JobStatus::Cancelled);
    assert_eq!(code(&decide(&t, &bob(), Decision::Approve, None).await.unwrap_err()), "already_decided");
    assert!(t.poll().await.is_empty());
    let events = t.bench.audit().await;
    let expired = events.iter().find(|event| event.action == "approval_expired").unwrap();
    assert_eq!((expired.actor.as_str(), expired.actor_type), ("system-reaper", ActorType::System));
    let line =
        format!(r#"certctl_approval_decisions_total{{outcome="expired",profile_id="{}"}} 1"#, build::PROFILE);
    assert!(counted(&t.bench.metrics, &line));
}

#[tokio::test]
async fn a_job_that_is_cancelled_closes_its_request() {
    let t = guarded(ServiceBench::new().await).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    t.bench.jobs().cancel(&alice(), &only_job(&t).await.id).await.unwrap();
    let request = only_request(&t).await;
    assert_eq!(
        (request.state, request.decided_by.as_deref(), request.decision_note.as_deref()),
        (
            ApprovalState::Expired,
            Some("alice-laptop"),
            Some("the job was cancelled: cancelled by alice-laptop")
        )
    );
    // Another start by force, and an archived certificate, leave no request behind either.
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(true)).await.unwrap();
    t.certificates.archive(&alice(), &build::id("mc-www")).await.unwrap();
    let states: Vec<_> = requests(&t).await.iter().map(|request| request.state).collect();
    assert_eq!(states, [ApprovalState::Expired; 3]);
}

#[tokio::test]
async fn with_the_bypass_a_request_is_approved_by_the_system_and_says_so() {
    let mut bench = ServiceBench::new().await;
    let registry = Registry::new();
    bench.base.approvals = ApprovalGate::new(true, Arc::new(ApprovalCounters::register(&registry).unwrap()));
    let t = guarded(bench).await;
    t.certificates.renew(&alice(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    let request = only_request(&t).await;
    assert_eq!(
        (request.state, request.decided_by.as_deref()),
        (ApprovalState::Approved, Some("system-bypass"))
    );
    assert_eq!(t.poll().await.len(), 1, "the agent has work at once");
    let events = t.bench.audit().await;
    let bypassed = events.iter().find(|event| event.action == "approval_bypassed").unwrap();
    assert_eq!((bypassed.actor.as_str(), bypassed.actor_type), ("system-bypass", ActorType::System));
    let line = format!(
        r#"certctl_approval_decisions_total{{outcome="bypassed",profile_id="{}"}} 1"#,
        build::PROFILE
    );
    assert!(counted(&registry, &line));
    assert!(!registry.render().unwrap().contains("pending_age_seconds_count 1"), "it has not waited");
}

#[tokio::test]
async fn a_retry_is_no_way_around_the_second_person() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let hour = Duration::from_hours(1);
    let timeouts = JobTimeouts::new(t.bench.base.clone(), WaitingTimes { csr: hour, approval: hour });
    t.bench.clock.advance(hour * 2);
    timeouts.activate(&Never).await;
    let job = only_job(&t).await;
    assert_eq!(job.status, JobStatus::Failed);
    t.bench
        .write(|tx| {
            let id = build::id(build::PROFILE);
            let mut profile = tx.profiles().find(&id)?.unwrap();
            let last = profile.updated_at;
            profile.requires_approval = true;
            profile.updated_at = last.plus(Duration::from_micros(1));
            tx.profiles().update(&profile, last)?;
            let mut row = tx.certificates().find(&build::id("mc-www"))?.unwrap();
            row.profile_id = Some(id);
            tx.certificates().update(&mut row)
        })
        .await;
    let refused = t.bench.jobs().retry(&operator(), &job.id).await.unwrap_err();
    assert!(refused.to_string().contains("need an approval"), "{refused}");
}

#[tokio::test]
async fn requests_are_listed_for_readers_and_jobs_without_one_are_named() {
    let t = guarded(ServiceBench::new().await).await;
    t.sweep().await;
    let approvals: Approvals = t.bench.approvals();
    let pending = ApprovalQuery { state: Some(ApprovalState::Pending), ..ApprovalQuery::default() };
    let page = approvals.list(&viewer(), pending, ListRequest::default()).await.unwrap();
    assert_eq!(page.total, 1);
    assert_eq!(approvals.get(&viewer(), &page.items[0].id).await.unwrap(), page.items[0]);
    let unknown = approvals.get(&viewer(), &build::id("ar-none")).await.unwrap_err();
    assert_eq!(code(&unknown), "not_found");
    t.bench.add_job(Job { kind: JobKind::Deployment, ..build::job("job-plain") }).await;
    let of = |id: &str| ApprovalOf::Job(build::id(id));
    let plain = approvals.decide(&bob(), of("job-plain"), Decision::Approve, None).await.unwrap_err();
    assert_eq!(code(&plain), "invalid_state");
    let unknown = approvals.decide(&bob(), of("job-none"), Decision::Approve, None).await.unwrap_err();
    assert_eq!(code(&unknown), "not_found");
    let long = approvals.decide(&bob(), of("job-plain"), Decision::Reject, Some("x".repeat(1001))).await;
    assert_eq!(code(&long.unwrap_err()), "invalid_request");
}
