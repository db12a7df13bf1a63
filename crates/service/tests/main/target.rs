//! Targets.

use crate::bench::{ServiceBench, TARGET_TOKEN, object, operator, to, viewer};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::id::{AgentId, TargetId};
use certctl_domain::issuer::TestStatus;
use certctl_domain::job::{Executor, JobKind, JobStatus};
use certctl_domain::target::Target;
use certctl_service_api::list::ListRequest;
use certctl_service_api::target::{TargetQuery, TargetService, TargetSpec};
use certctl_service_api::{ConflictCode, ServiceError};
use certctl_testkit::build;
use serde_json::json;

fn spec(name: &str, config: serde_json::Value) -> TargetSpec {
    TargetSpec {
        name: name.to_owned(),
        kind: "NGINX".to_owned(),
        agent_id: build::id(build::AGENT),
        config: object(config),
        enabled: true,
    }
}

fn plain() -> TargetSpec {
    spec("web", json!({"cert_path": "/etc/ssl/web.pem"}))
}

fn refusal(error: ServiceError) -> (String, &'static str) {
    match error {
        ServiceError::Unprocessable(mut fields) | ServiceError::Invalid(mut fields) => {
            let field = fields.remove(0);
            (field.field, field.code)
        }
        other => panic!("not about fields: {other:?}"),
    }
}

fn conflict(error: &ServiceError) -> ConflictCode {
    match error {
        ServiceError::Conflict { code, .. } => *code,
        other => panic!("not a conflict: {other:?}"),
    }
}

async fn retire_second_agent(t: &ServiceBench) -> AgentId {
    let agent: AgentId = build::id("agent-web2");
    let id = agent.clone();
    t.write(move |tx| {
        tx.agents().insert(&build::agent(agent.as_str()))?;
        tx.agents().retire(&agent, "gone", build::at(0))
    })
    .await;
    id
}

async fn stored(t: &ServiceBench, id: &TargetId) -> Target {
    let id = id.clone();
    t.read(move |tx| tx.targets().find(&id)).await.unwrap()
}

#[tokio::test]
async fn a_target_is_created_with_its_secret_masked() {
    let t = ServiceBench::new().await;
    let wanted = spec("web", json!({"cert_path": "/etc/ssl/web.pem", "token": TARGET_TOKEN}));
    let created = t.targets().create(&operator(), None, wanted).await.unwrap();
    assert_eq!(created.public_config.as_str(), r#"{"cert_path":"/etc/ssl/web.pem","token":{"set":true}}"#);
    assert_eq!(t.targets().get(&viewer(), &created.id).await.unwrap(), created);
    assert_eq!(t.audited().await, ["target_created"]);
    let everything = format!("{created:?} {:?} {:?}", stored(&t, &created.id).await, t.audit().await);
    assert!(!everything.contains(TARGET_TOKEN));

    // The secret stays when what was shown is sent back.
    let shown = spec("web", json!({"cert_path": "/etc/ssl/new.pem", "token": {"set": true}}));
    t.targets().change(&operator(), &created.id, to(shown), None).await.unwrap();
    let marked = spec("other", json!({"cert_path": "/x", "token": {"set": true}}));
    let error = t.targets().create(&operator(), None, marked).await.unwrap_err();
    assert_eq!(refusal(error).0, "config.token");
}

#[tokio::test]
async fn viewers_change_no_targets() {
    let t = ServiceBench::new().await;
    let id = build::id(build::TARGET);
    let errors = [
        t.targets().create(&viewer(), None, plain()).await.unwrap_err(),
        t.targets().change(&viewer(), &id, to(plain()), None).await.unwrap_err(),
        t.targets().delete(&viewer(), &id).await.unwrap_err(),
        t.targets().test(&viewer(), &id).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
}

#[tokio::test]
async fn the_agent_must_exist_and_be_in_service() {
    let t = ServiceBench::new().await;
    let retired = retire_second_agent(&t).await;
    for (agent, code) in [(retired, "agent_retired"), (build::id("agent-none"), "unknown_reference")] {
        let wanted = TargetSpec { agent_id: agent, ..plain() };
        let error = t.targets().create(&operator(), None, wanted).await.unwrap_err();
        assert_eq!(refusal(error), ("agent_id".to_owned(), code));
    }
}

#[tokio::test]
async fn schema_and_connector_check_the_configuration() {
    let t = ServiceBench::new().await;
    for (config, field) in [
        (json!({}), "config.cert_path"),
        (json!({"cert_path": 1}), "config.cert_path"),
        (json!({"cert_path": "/x", "port": 70_000}), "config.port"),
    ] {
        let error = t.targets().create(&operator(), None, spec("web", config)).await.unwrap_err();
        assert_eq!(refusal(error), (field.to_owned(), "invalid_config"));
    }
}

#[tokio::test]
async fn names_are_unique_per_agent() {
    let t = ServiceBench::new().await;
    t.targets().create(&operator(), None, plain()).await.unwrap();
    let error = t.targets().create(&operator(), None, plain()).await.unwrap_err();
    assert_eq!(conflict(&error), ConflictCode::AlreadyExists);
    t.write(|tx| tx.agents().insert(&build::agent("agent-web2"))).await;
    let elsewhere = TargetSpec { agent_id: build::id("agent-web2"), ..plain() };
    t.targets().create(&operator(), None, elsewhere).await.unwrap();
    let of_agent = TargetQuery { agent_id: Some(build::id("agent-web2")), ..TargetQuery::default() };
    let page = t.targets().list(&viewer(), of_agent, ListRequest::default()).await.unwrap();
    assert_eq!(page.total, 1);
}

#[tokio::test]
async fn a_test_queues_one_dry_run_and_wakes_the_agent() {
    for t in ServiceBench::both().await {
        let (targets, id) = (t.targets(), build::id(build::TARGET));
        let waiting = t.wakeups.agent(&build::id(build::AGENT));
        let woken = waiting.notified();
        let mut woken = std::pin::pin!(woken);
        woken.as_mut().enable();
        let job = targets.test(&operator(), &id).await.unwrap();
        woken.await;
        // While it waits, another test is the same one.
        assert_eq!(targets.test(&operator(), &id).await.unwrap(), job);
        let jobs = t.all_jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(
            (jobs[0].kind, jobs[0].status, jobs[0].executor),
            (JobKind::Validation, JobStatus::Pending, Executor::Agent)
        );
        assert_eq!(jobs[0].agent_id, Some(build::id(build::AGENT)));
        assert_eq!(t.audited().await, ["target_test_requested"]);
    }
}

#[tokio::test]
async fn a_target_with_certificates_stays_and_does_not_move() {
    let t = ServiceBench::new().await;
    let (targets, id) = (t.targets(), build::id(build::TARGET));
    t.add_mapped(build::certificate("mc-web")).await;
    assert_eq!(conflict(&targets.delete(&operator(), &id).await.unwrap_err()), ConflictCode::InUse);
    t.write(|tx| tx.agents().insert(&build::agent("agent-web2"))).await;
    let moved = TargetSpec { agent_id: build::id("agent-web2"), ..plain() };
    assert_eq!(
        conflict(&targets.change(&operator(), &id, to(moved), None).await.unwrap_err()),
        ConflictCode::InUse
    );
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn deleting_a_target_cancels_its_dry_run() {
    let t = ServiceBench::new().await;
    let id = build::id(build::TARGET);
    let job = t.targets().test(&operator(), &id).await.unwrap();
    t.targets().delete(&operator(), &id).await.unwrap();
    let job = t.job(job.as_str()).await;
    assert_eq!(
        (job.status, job.last_error.as_deref()),
        (JobStatus::Cancelled, Some("the target was deleted"))
    );
    assert_eq!(t.targets().get(&viewer(), &id).await.unwrap_err().code(), "not_found");
    assert_eq!(t.audited().await, ["target_test_requested", "target_deleted"]);
}

#[tokio::test]
async fn a_changed_configuration_is_deployed_again() {
    let t = ServiceBench::new().await;
    t.add_mapped(Certificate { status: CertificateStatus::Active, ..build::certificate("mc-web") }).await;
    t.write(|tx| tx.versions().insert(&build::version("cv-1", "mc-web"))).await;
    let (targets, id) = (t.targets(), build::id(build::TARGET));

    targets.change(&operator(), &id, to(plain()), None).await.unwrap();
    let jobs = t.all_jobs().await;
    assert_eq!(jobs.len(), 1);
    assert_eq!((jobs[0].kind, jobs[0].version_id.clone()), (JobKind::Deployment, Some(build::id("cv-1"))));
    assert_eq!(t.mapping("mc-web", build::TARGET).await.status, DeploymentStatus::Pending);

    // A new name alone changes nothing on the host.
    let renamed = TargetSpec { name: "renamed".to_owned(), ..plain() };
    targets.change(&operator(), &id, to(renamed), None).await.unwrap();
    assert_eq!(t.all_jobs().await.len(), 1);
}

#[tokio::test]
async fn a_target_that_is_switched_on_has_its_certificates_looked_at() {
    let t = ServiceBench::new().await;
    t.add_mapped(build::certificate("mc-web")).await;
    let (targets, id) = (t.targets(), build::id(build::TARGET));
    let off = TargetSpec { enabled: false, ..plain() };
    targets.change(&operator(), &id, to(off), None).await.unwrap();
    assert_eq!(t.certificate("mc-web").await.next_action_at, None);
    targets.change(&operator(), &id, to(plain()), None).await.unwrap();
    assert_eq!(t.certificate("mc-web").await.next_action_at, Some(build::at(0)));
}

#[tokio::test]
async fn a_stale_replacement_and_a_retired_target_are_refused() {
    let t = ServiceBench::new().await;
    let (targets, id) = (t.targets(), build::id(build::TARGET));
    let revision = targets.get(&viewer(), &id).await.unwrap().revision;
    targets.change(&operator(), &id, to(plain()), Some(revision)).await.unwrap();
    let late = targets.change(&operator(), &id, to(plain()), Some(revision)).await.unwrap_err();
    assert_eq!(conflict(&late), ConflictCode::Stale);

    t.write(|tx| tx.targets().retire_of_agent(&build::id(build::AGENT), "gone", build::at(1))).await;
    for error in [
        targets.change(&operator(), &id, to(plain()), None).await.unwrap_err(),
        targets.test(&operator(), &id).await.unwrap_err(),
    ] {
        assert_eq!(conflict(&error), ConflictCode::InvalidState);
    }
}

#[tokio::test]
async fn a_new_configuration_forgets_the_last_test() {
    let t = ServiceBench::new().await;
    let created = t.targets().create(&operator(), None, plain()).await.unwrap();
    let id = created.id.clone();
    t.write(move |tx| tx.targets().record_test(&id, TestStatus::Success, build::at(0))).await;
    let kept = t.targets().change(&operator(), &created.id, to(plain()), None).await.unwrap();
    assert_eq!(kept.test_status, TestStatus::Success);
    let changed = spec("web", json!({"cert_path": "/other.pem"}));
    let changed = t.targets().change(&operator(), &created.id, to(changed), None).await.unwrap();
    assert_eq!((changed.test_status, changed.last_tested_at), (TestStatus::Untested, None));
}

#[tokio::test]
async fn a_change_of_the_name_keeps_a_secret_that_it_never_sees() {
    let t = ServiceBench::new().await;
    let wanted = spec("web", json!({"cert_path": "/etc/ssl/web.pem", "token": TARGET_TOKEN}));
    let created = t.targets().create(&operator(), None, wanted).await.unwrap();
    let before = stored(&t, &created.id).await;
    let renamed = Box::new(|row: &Target| {
        assert_eq!(row.sealed_config, None);
        let config = serde_json::from_str(row.public_config.as_str()).unwrap();
        Ok(TargetSpec { name: "edge".to_owned(), ..spec("web", config) })
    });
    let changed =
        t.targets().change(&operator(), &created.id, renamed, Some(created.revision)).await.unwrap();
    assert_eq!((&*changed.name, changed.public_config), ("edge", created.public_config));
    // The agent still gets the secret.
    let after = stored(&t, &created.id).await;
    assert!(after.sealed_config.is_some());
    let shown = spec("web", json!({"cert_path": "/etc/ssl/web.pem", "token": {"set": true}}));
    t.targets().change(&operator(), &created.id, to(shown), None).await.unwrap();
    let unchanged = stored(&t, &created.id).await.test_status;
    assert_eq!(unchanged, before.test_status);
}
