//! Every fact that people should hear of leaves exactly one alert, and only when it is committed.

use crate::bench::{ServiceBench, admin, agent};
use crate::flow::{Flow, LEASE, Never, report};
use crate::told::{alerts, kinds};
use certctl_domain::agent::AgentMetadata;
use certctl_domain::certificate::Certificate;
use certctl_domain::deployment::DeployCounter;
use certctl_domain::id::AgentId;
use certctl_domain::job::{Executor, Job, JobKind, JobStatus};
use certctl_domain::notification::{Alert, AlertSeverity, IncidentPhase, NotificationType};
use certctl_repository::StoreError;
use certctl_service::notification::{raise, stories};
use certctl_service::reconcile::{AgentHealth, JobTimeouts, PolicyEvaluation, WaitingTimes};
use certctl_service_api::agent::AgentService;
use certctl_service_api::agent_work::{AgentWorkService, JobReport, ReportedStatus};
use certctl_service_api::certificate::{CertificateService, RenewOptions};
use certctl_service_api::engine::{JobEngine, Reconciler};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

use NotificationType as T;

/// Asserts that the one job that failed has left one alert, and returns it.
async fn the_failure(t: &Flow) -> Alert {
    let jobs = t.bench.all_jobs().await;
    assert_eq!(jobs.iter().filter(|job| job.status == JobStatus::Failed).count(), 1, "{jobs:#?}");
    let of_failures = [T::RenewalFailure, T::DeploymentFailure, T::DeploymentRollback, T::JobDead];
    let told = alerts(&t.bench).await.into_iter().filter(|alert| of_failures.contains(&alert.kind));
    let [alert] = told.collect::<Vec<_>>().try_into().unwrap();
    alert
}

fn failed() -> JobReport {
    JobReport { retryable: false, error: Some("no disk".to_owned()), ..report(ReportedStatus::Failed) }
}

async fn renewing() -> Flow {
    let t = Flow::new().await;
    t.create().await;
    t.sweep().await;
    t
}

#[tokio::test]
async fn an_issuance_that_ends_in_failure_is_told_once_whichever_way_it_ends() {
    // The agent gives up.
    let t = renewing().await;
    t.fail().await;
    let alert = the_failure(&t).await;
    assert_eq!((alert.kind, alert.severity), (T::RenewalFailure, AlertSeverity::Warning));
    assert_eq!((alert.resource_type.as_str(), alert.resource_id.as_str()), ("certificate", "mc-www"));
    let incident = alert.incident.unwrap();
    assert_eq!(
        (incident.key.as_str(), incident.phase),
        ("certificate/mc-www/renewal", IncidentPhase::Trigger)
    );
    assert_eq!(alert.story.subject, "Certificate www could not be issued");
    assert!(alert.story.message.contains("no disk") && alert.story.message.contains("retry job"));

    // No CSR comes.
    let t = renewing().await;
    let hour = Duration::from_hours(1);
    t.bench.clock.advance(hour * 2);
    let timeouts = JobTimeouts::new(t.bench.base.clone(), WaitingTimes { csr: hour, approval: hour });
    timeouts.activate(&Never).await;
    timeouts.activate(&Never).await;
    assert!(the_failure(&t).await.story.message.contains("sent no CSR"));

    // The agent stops in the middle of every attempt.
    let t = renewing().await;
    for _ in 0..8 {
        t.poll().await;
        t.bench.clock.advance(LEASE * 2);
    }
    assert!(the_failure(&t).await.story.message.contains("stopped in the middle"));

    // The server stops in the middle of every attempt.
    let t = renewing().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    for _ in 0..8 {
        t.engine("replica-a").claim(10).await.unwrap();
        t.bench.clock.advance(LEASE * 2);
    }
    assert!(the_failure(&t).await.story.message.contains("the server stopped"));

    // The server refuses.
    let t = renewing().await;
    let [item] = t.poll().await.try_into().unwrap();
    t.send_csr(&item).await.unwrap();
    t.bench
        .write(|tx| {
            let mut issuer = tx.issuers().find(&build::id(build::ISSUER))?.unwrap();
            issuer.enabled = false;
            tx.issuers().update(&mut issuer)
        })
        .await;
    t.work_off().await;
    assert!(the_failure(&t).await.story.message.contains("disabled"));
}

#[tokio::test]
async fn a_deployment_that_ends_in_failure_is_told_once_with_the_state_of_its_target() {
    let counters = |counter| JobReport { counters: vec![counter], ..failed() };
    let lost = JobReport { rollback_failed: true, ..counters(DeployCounter::RollbackAlsoFailed) };
    for (report, kind, severity) in [
        (failed(), T::DeploymentFailure, AlertSeverity::Warning),
        (counters(DeployCounter::RollbackRestored), T::DeploymentRollback, AlertSeverity::Warning),
        (lost, T::DeploymentFailure, AlertSeverity::Critical),
    ] {
        let t = Flow::new().await;
        let item = t.issued().await;
        t.report(&item, report.clone()).await.unwrap();
        t.report(&item, report).await.unwrap();
        let alert = the_failure(&t).await;
        assert_eq!((alert.kind, alert.severity), (kind, severity));
        assert_eq!(alert.incident.unwrap().key, "certificate/mc-www/deployment/tgt-web1");
    }
    // A failed attempt that is made again is no end.
    let t = Flow::new().await;
    let item = t.issued().await;
    t.report(&item, JobReport { retryable: true, ..failed() }).await.unwrap();
    assert_eq!(kinds(&t.bench).await, [T::RenewalSuccess]);
    // The target goes out of service before the agent takes the job.
    t.bench
        .write(|tx| {
            let mut target = tx.targets().find(&build::id(build::TARGET))?.unwrap();
            target.enabled = false;
            tx.targets().update(&mut target)
        })
        .await;
    t.bench.clock.advance(Duration::from_hours(2));
    assert!(t.poll().await.is_empty());
    assert_eq!(the_failure(&t).await.kind, T::DeploymentFailure);
}

#[tokio::test]
async fn any_other_job_that_ends_in_failure_is_told_as_a_dead_job() {
    let t = Flow::new().await;
    let job = Job {
        kind: JobKind::Validation,
        target_id: Some(build::id(build::TARGET)),
        agent_id: Some(build::id(build::AGENT)),
        executor: Executor::Agent,
        ..build::job("job-dry")
    };
    t.bench.add_job(job).await;
    let [item] = t.poll().await.try_into().unwrap();
    t.report(&item, failed()).await.unwrap();
    let alert = the_failure(&t).await;
    assert_eq!((alert.kind, alert.resource_id.as_str()), (T::JobDead, "job-dry"));
}

#[tokio::test]
async fn success_is_told_and_ends_the_incidents() {
    let t = Flow::new().await;
    t.served().await;
    let told = alerts(&t.bench).await;
    let of = |alert: &Alert| (alert.kind, alert.incident.clone().map(|of| (of.key, of.phase)));
    let ended = |key: &str| Some((key.to_owned(), IncidentPhase::Resolve));
    assert_eq!(
        told.iter().map(of).collect::<Vec<_>>(),
        [
            (T::RenewalSuccess, ended("certificate/mc-www/renewal")),
            (T::DeploymentSuccess, ended("certificate/mc-www/deployment/tgt-web1")),
        ]
    );
}

#[tokio::test]
async fn an_alert_exists_exactly_when_its_fact_was_committed() {
    for bench in ServiceBench::both().await {
        let raise = |fails: bool| {
            let ids = Arc::clone(&bench.base.ids);
            let certificate = build::certificate("mc-web");
            bench.store().write("test.raise", move |tx| {
                tx.certificates().insert(&certificate)?;
                raise::alert(
                    tx,
                    &*ids,
                    stories::revoked(&certificate, "keyCompromise", "ops"),
                    build::at(0),
                )?;
                if fails { Err(StoreError::Stale) } else { Ok(()) }
            })
        };
        raise(true).await.unwrap_err();
        assert_eq!(kinds(&bench).await, []);
        raise(false).await.unwrap();
        assert_eq!(kinds(&bench).await, [T::Revocation]);
    }
}

#[tokio::test]
async fn an_agent_that_is_missed_and_comes_back_is_told_once_each() {
    let t = Flow::new().await;
    let id: AgentId = build::id(build::AGENT);
    let health = AgentHealth::new(t.bench.base.clone());
    t.bench.clock.advance(Duration::from_mins(5));
    health.activate(&Never).await;
    health.activate(&Never).await;
    assert_eq!(kinds(&t.bench).await, [T::AgentOffline]);
    for _ in 0..2 {
        t.work.heartbeat(&agent(build::AGENT), &id, AgentMetadata::default()).await.unwrap();
    }
    let told = alerts(&t.bench).await;
    assert_eq!(told.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [T::AgentOffline, T::AgentOnline]);
    let key = |alert: &Alert| alert.incident.clone().unwrap().key;
    assert_eq!(key(&told[0]), key(&told[1]));

    t.bench.clock.advance(Duration::from_mins(5));
    health.activate(&Never).await;
    t.bench.agents().retire(&admin(), &id, true, Some("gone".to_owned())).await.unwrap();
    let told = alerts(&t.bench).await;
    let of_agent: Vec<_> = told.iter().filter(|alert| alert.resource_type == "agent").collect();
    let last = of_agent[of_agent.len() - 1];
    assert_eq!(last.incident.as_ref().unwrap().phase, IncidentPhase::Resolve, "nobody waits for it any more");
}

#[tokio::test]
async fn a_new_violation_is_told_once_and_many_of_one_rule_together() {
    let t = ServiceBench::new().await;
    let add = |count: u32, prefix: &'static str| {
        t.write(move |tx| {
            (0..count).try_for_each(|n| {
                let certificate = Certificate {
                    environment: "lab".to_owned(),
                    ..build::certificate(&format!("mc-{prefix}{n}"))
                };
                tx.certificates().insert(&certificate)
            })
        })
    };
    t.write(|tx| tx.policy_rules().insert(&build::policy_rule("pr-prod"))).await;
    add(2, "a").await;
    let evaluation = PolicyEvaluation::new(t.base.clone(), Arc::clone(&t.wakeups));
    evaluation.activate(&Never).await;
    evaluation.activate(&Never).await;
    let told = alerts(&t).await;
    let about = |alert: &Alert| (alert.kind, alert.severity, alert.resource_id.clone());
    let of = |id: &str| (T::PolicyViolation, AlertSeverity::Warning, id.to_owned());
    assert_eq!(told.iter().map(about).collect::<Vec<_>>(), [of("mc-a0"), of("mc-a1")]);
    add(30, "b").await;
    evaluation.activate(&Never).await;
    let told = alerts(&t).await;
    assert_eq!((told.len(), about(&told[2])), (3, of("pr-prod")));
    assert!(told[2].story.subject.starts_with("30 certificates break rule"), "{}", told[2].story.subject);
}

#[tokio::test]
async fn names_and_errors_of_others_cannot_forge_a_message_or_leak_an_address() {
    let certificate = Certificate {
        name: "www\r\nBcc: joe@example.com\u{202e}".to_owned(),
        common_name: "joe@example.com".to_owned(),
        ..build::certificate("mc-web")
    };
    let job = Job {
        last_error: Some("refused for\u{0} joe@example.com:\n\n".to_owned() + &"x".repeat(9_000)),
        ..build::issuance_job("job-a", "mc-web")
    };
    let raised = stories::renewal_failed(&certificate, &job, build::at(0));
    let story = raised.story;
    assert!(story.subject.chars().count() <= 200 && !story.subject.contains(char::is_control));
    assert!(story.message.chars().count() < 2_000);
    let whole = format!("{} {} {:?}", story.subject, story.message, story.facts);
    assert!(!whole.contains("joe@") && whole.contains("***@example.com"), "{whole}");
    assert!(!whole.contains('\u{202e}') && !story.message.contains('\u{0}'));
}

#[tokio::test]
async fn a_failure_is_critical_when_little_is_left_of_the_old_leaf() {
    let t = Flow::new().await;
    t.served().await;
    let end = t.bench.certificate("mc-www").await.expires_at.unwrap();
    t.bench.clock.set(end.minus(Duration::from_hours(30)));
    t.certificates
        .renew(&crate::bench::operator(), &build::id("mc-www"), RenewOptions::forced(true))
        .await
        .unwrap();
    t.fail().await;
    let alert = the_failure(&t).await;
    assert_eq!(alert.severity, AlertSeverity::Critical);
    assert_eq!(alert.story.subject, "Certificate www could not be renewed");
    assert!(alert.story.message.contains("ends in 1 day."), "{}", alert.story.message);
}
