//! The renewal sweep on a clock: when it acts, what it leaves alone.

use crate::bench::{ServiceBench, agent, object, operator, to};
use crate::flow::{Flow, Never, csr_for, report, spec};
use certctl_domain::agent::{AgentMetadata, AgentStatus};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::id::AgentId;
use certctl_domain::job::{Job, JobKind, JobStatus};
use certctl_service::reconcile::{AgentHealth, JobTimeouts, WaitingTimes};
use certctl_service_api::agent_work::{AgentWorkService, JobReport, ReportedStatus};
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::engine::Reconciler;
use certctl_service_api::target::{TargetService, TargetSpec};
use certctl_testkit::build;
use serde_json::json;
use std::time::Duration;

/// Another agent with a target of its own.
pub(crate) async fn add_second_target(t: &Flow) {
    t.bench
        .write(|tx| {
            let mut other = build::agent("agent-web2");
            other.name = "web2".into();
            other.credential_hash = "ab".repeat(32);
            tx.agents().insert(&other)?;
            let mut target = build::target("tgt-web2");
            target.name = "web2".into();
            target.agent_id = other.id.clone();
            tx.targets().insert(&target)
        })
        .await;
}

#[tokio::test]
async fn the_sweep_renews_when_the_window_opens_and_not_before() {
    let t = Flow::new().await;
    let deployment = t.issued().await;
    let done = JobReport {
        served_fingerprint: deployment.fingerprint_sha256.clone(),
        ..report(ReportedStatus::Completed)
    };
    t.report(&deployment, done).await.unwrap();
    let certificate = t.bench.certificate("mc-www").await;
    let due = certificate.next_action_at.unwrap();

    t.bench.clock.set(due.minus(Duration::from_secs(1)));
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)]);
    t.bench.clock.set(due);
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)], "one live issuance at a time");

    let [renewal] = t.poll().await.try_into().unwrap();
    assert_eq!(renewal.kind, JobKind::Renewal);
    t.send_csr(&renewal).await.unwrap();
    t.work_off().await;
    let renewed = t.bench.certificate("mc-www").await;
    assert_eq!(renewed.status, CertificateStatus::Active);
    assert!(renewed.expires_at > certificate.expires_at);
    let [second] = t.poll().await.try_into().unwrap();
    assert_ne!(second.fingerprint_sha256, deployment.fingerprint_sha256);
}

#[tokio::test]
async fn a_status_of_the_clock_is_shown_but_never_stored() {
    let t = Flow::new().await;
    t.issued().await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!(row.status_at(row.expiring_from.unwrap()), CertificateStatus::Expiring);
    assert_eq!(row.status_at(row.expires_at.unwrap()), CertificateStatus::Expired);
    assert_eq!(row.status, CertificateStatus::Active);
}

#[tokio::test]
async fn a_policy_without_automatic_renewal_is_obeyed() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            let mut policy = build::policy("rp-manual");
            policy.name = "manual".into();
            policy.auto_renew = false;
            tx.renewal_policies().insert(&policy)
        })
        .await;
    let manual = CertificateSpec { renewal_policy_id: build::id("rp-manual"), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), manual).await.unwrap();
    t.sweep().await;
    assert!(t.bench.all_jobs().await.is_empty());
    t.certificates.renew(&operator(), &build::id("mc-www"), RenewOptions::forced(false)).await.unwrap();
    assert_eq!(t.poll().await.len(), 1);
}

#[tokio::test]
async fn a_certificate_whose_new_policy_renews_is_renewed_again() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            let mut policy = build::policy("rp-manual");
            policy.name = "manual".into();
            policy.auto_renew = false;
            tx.renewal_policies().insert(&policy)
        })
        .await;
    t.issued().await;
    let planned = t.bench.certificate("mc-www").await.next_action_at.unwrap();
    let (id, who) = (build::id("mc-www"), operator());
    let manual = CertificateSpec { renewal_policy_id: build::id("rp-manual"), ..spec() };
    t.certificates.change(&who, &id, to(manual), None).await.unwrap();
    t.sweep().await;
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, None);

    t.certificates.change(&who, &id, to(spec()), None).await.unwrap();
    t.sweep().await;
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, Some(planned));
}

#[tokio::test]
async fn a_target_that_is_switched_on_again_takes_up_renewals_again() {
    let t = Flow::new().await;
    t.issued().await;
    t.bench.clock.set(t.bench.certificate("mc-www").await.next_action_at.unwrap());
    let switched = |enabled| TargetSpec {
        name: "web".into(),
        kind: "NGINX".into(),
        agent_id: build::id(build::AGENT),
        config: object(json!({"cert_path": "/etc/ssl/web.pem"})),
        enabled,
    };
    let (targets, id, who) = (t.bench.targets(), build::id(build::TARGET), operator());
    targets.change(&who, &id, to(switched(false)), None).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 0)], "nobody is to hold a key");
    targets.change(&who, &id, to(switched(true)), None).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
}

#[tokio::test]
async fn a_target_that_is_mapped_again_takes_up_renewals_again() {
    let t = Flow::new().await;
    t.issued().await;
    let planned = t.bench.certificate("mc-www").await.next_action_at;
    let (id, who) = (build::id("mc-www"), operator());
    t.certificates.renew(&who, &id, RenewOptions::forced(false)).await.unwrap();
    t.certificates.set_targets(&who, &id, Vec::new()).await.unwrap();
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.next_action_at), (CertificateStatus::Active, None));
    t.certificates.set_targets(&who, &id, vec![build::id(build::TARGET)]).await.unwrap();
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, planned);
}

#[tokio::test]
async fn one_run_of_the_sweep_gets_through_any_number_of_certificates_that_are_not_due_after_all() {
    let t = Flow::new().await;
    t.bench
        .write(|tx| {
            for number in 0..101 {
                let mut idle = build::certificate(&format!("mc-{number}"));
                idle.name = format!("idle {number}");
                idle.next_action_at = Some(build::at(0));
                tx.certificates().insert(&idle)?;
            }
            Ok(())
        })
        .await;
    t.sweep().await;
    assert_eq!(t.bench.read(|tx| tx.certificates().next_due()).await, None);
}

#[tokio::test]
async fn each_agent_gets_a_key_of_its_own_and_the_certificate_counts_as_renewed_when_all_are() {
    let t = Flow::new().await;
    add_second_target(&t).await;
    let both =
        CertificateSpec { target_ids: Some(vec![build::id(build::TARGET), build::id("tgt-web2")]), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), both).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 2)]);
    let [first] = t.poll().await.try_into().unwrap();
    t.send_csr(&first).await.unwrap();
    t.work_off().await;
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::RenewalInProgress);

    let [second] = t.poll_as("agent-web2", "first").await.try_into().unwrap();
    let id: AgentId = build::id("agent-web2");
    let pem = csr_for(second.csr.as_ref().unwrap());
    let who = agent("agent-web2");
    t.work.submit_csr(&who, &id, &build::id("mc-www"), Some(second.job_id), &pem).await.unwrap();
    t.work_off().await;
    assert_eq!(t.bench.certificate("mc-www").await.status, CertificateStatus::Active);
    // Each deploys the version whose key it holds.
    let [mine] = t.poll().await.try_into().unwrap();
    let [theirs] = t.poll_as("agent-web2", "first").await.try_into().unwrap();
    assert_ne!(mine.version_id, theirs.version_id);
}

#[tokio::test]
async fn a_key_holder_that_comes_while_another_is_served_is_next_and_no_failure() {
    let t = Flow::new().await;
    add_second_target(&t).await;
    t.create().await;
    t.sweep().await;
    let [first] = t.poll().await.try_into().unwrap();
    let both = vec![build::id(build::TARGET), build::id("tgt-web2")];
    t.certificates.set_targets(&operator(), &build::id("mc-www"), both).await.unwrap();
    t.send_csr(&first).await.unwrap();
    t.work_off().await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.failed_issuances), (CertificateStatus::Active, 0));
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    assert_eq!(t.poll_as("agent-web2", "first").await.len(), 1);
}

#[tokio::test]
async fn a_certificate_that_one_key_holder_could_not_renew_has_failed() {
    let t = Flow::new().await;
    add_second_target(&t).await;
    let both = vec![build::id(build::TARGET), build::id("tgt-web2")];
    let spec = CertificateSpec { target_ids: Some(both), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), spec).await.unwrap();
    t.sweep().await;
    let [first] = t.poll().await.try_into().unwrap();
    let [second] = t.poll_as("agent-web2", "first").await.try_into().unwrap();
    let refused = JobReport {
        retryable: false,
        lease_token: Some(second.lease_token),
        ..report(ReportedStatus::Failed)
    };
    let id: AgentId = build::id("agent-web2");
    t.work.report(&agent("agent-web2"), &id, &second.job_id, refused).await.unwrap();
    t.send_csr(&first).await.unwrap();
    t.work_off().await;
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.failed_issuances), (CertificateStatus::Failed, 1));
    assert!(row.next_action_at.unwrap() > row.updated_at);
}

#[tokio::test]
async fn agents_that_give_up_at_once_do_not_disturb_each_other() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        add_second_target(&t).await;
        let targets = vec![build::id(build::TARGET), build::id("tgt-web2")];
        for name in ["mc-1", "mc-2", "mc-3", "mc-4", "mc-5"] {
            let both = CertificateSpec { name: name.into(), target_ids: Some(targets.clone()), ..spec() };
            t.certificates.create(&operator(), Some(build::id(name)), both).await.unwrap();
        }
        t.sweep().await;
        for job in t.bench.all_jobs().await {
            let last = Job { attempts: job.max_attempts, ..job };
            t.bench.write(move |tx| tx.jobs().update(&mut last.clone())).await;
        }
        let (one, other) = tokio::join!(t.poll(), t.poll_as("agent-web2", "first"));
        assert!(one.is_empty() && other.is_empty());
        for name in ["mc-1", "mc-2", "mc-3", "mc-4", "mc-5"] {
            assert_eq!(t.bench.certificate(name).await.status, CertificateStatus::Failed, "{name}");
        }
    }
}

#[tokio::test]
async fn a_csr_that_never_comes_ends_the_job_and_an_approval_nobody_gives_cancels_it() {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    let waiting = t.bench.all_jobs().await.pop().unwrap();
    let hour = Duration::from_hours(1);
    let timeouts = JobTimeouts::new(t.bench.base.clone(), WaitingTimes { csr: hour, approval: hour });
    timeouts.activate(&Never).await;
    assert_eq!(t.job(&waiting.id).await.status, JobStatus::AwaitingCsr);
    t.bench.clock.advance(hour + Duration::from_secs(1));
    timeouts.activate(&Never).await;
    let ended = t.job(&waiting.id).await;
    assert_eq!(ended.status, JobStatus::Failed);
    assert!(ended.last_error.unwrap().contains("sent no CSR"));
    let certificate = t.bench.certificate("mc-www").await;
    assert_eq!(certificate.status, CertificateStatus::Failed);
    assert!(certificate.next_action_at.is_some(), "nobody is watching, so it is tried again");
    assert_eq!(t.bench.audited().await.last().unwrap(), "job_timeout");
}

#[tokio::test]
async fn a_silent_agent_is_marked_offline_once() {
    let t = Flow::new().await;
    let id: AgentId = build::id(build::AGENT);
    t.work.heartbeat(&agent(build::AGENT), &id, AgentMetadata::default()).await.unwrap();
    let health = AgentHealth::new(t.bench.base.clone());
    t.bench.clock.advance(Duration::from_mins(3));
    assert_eq!(health.activate(&Never).await.counts, [("offline", 0)]);
    t.bench.clock.advance(Duration::from_secs(1));
    assert_eq!(health.activate(&Never).await.counts, [("offline", 1)]);
    assert_eq!(health.activate(&Never).await.counts, [("offline", 0)]);
    let row = t.bench.read(|tx| tx.agents().find(&build::id(build::AGENT))).await.unwrap();
    assert_eq!(row.status, AgentStatus::Offline);
    assert_eq!(t.bench.audited().await, ["agent_offline"]);
}

#[tokio::test]
async fn an_agent_that_comes_back_is_noted_once() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let id: AgentId = build::id(build::AGENT);
        let beat = async || {
            t.work.heartbeat(&agent(build::AGENT), &id, AgentMetadata::default()).await.unwrap();
        };
        beat().await;
        t.bench.clock.advance(Duration::from_secs(181));
        AgentHealth::new(t.bench.base.clone()).activate(&Never).await;
        // The agent was restarted while its last heartbeat was still on its way.
        tokio::join!(beat(), beat());
        beat().await;
        let events = t.bench.audit().await;
        let actions: Vec<_> = events.iter().map(|event| event.action.as_str()).collect();
        assert_eq!(actions, ["agent_offline", "agent_online"]);
        assert_eq!(events[1].actor, build::AGENT);
        let row = t.bench.read(|tx| tx.agents().find(&build::id(build::AGENT))).await.unwrap();
        assert_eq!((row.status, row.last_heartbeat_at), (AgentStatus::Online, Some(build::at(181))));
    }
}
