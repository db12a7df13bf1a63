//! Agents: creation, enrolment, retirement, credentials.

use crate::bench::{ServiceBench, admin, operator, viewer};
use certctl_crypto::{SecretString, token_hash};
use certctl_domain::agent::{AgentDependencies, AgentMetadata, AgentStatus};
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::deployment::DeploymentStatus;
use certctl_domain::id::AgentId;
use certctl_domain::job::{Job, JobKind, JobStatus};
use certctl_service::{Agents, Authentication, KeyUsage};
use certctl_service_api::agent::{AgentQuery, AgentService, NewAgent, Retirement};
use certctl_service_api::auth::Authenticator;
use certctl_service_api::list::ListRequest;
use certctl_service_api::{ConflictCode, Identity, ServiceError};
use certctl_testkit::build;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

fn named(name: &str) -> NewAgent {
    let facts = AgentMetadata {
        hostname: format!("{name}.example.com"),
        os: "linux".to_owned(),
        ..Default::default()
    };
    NewAgent { name: name.to_owned(), facts }
}

async fn who(t: &ServiceBench, credential: &str) -> Result<Identity, &'static str> {
    Authentication::new(t.base.clone(), Vec::new(), Arc::new(KeyUsage::new(t.base.clone())))
        .authenticate(credential)
        .await
        .map_err(|error| error.code())
}

#[tokio::test]
async fn a_new_agent_gets_its_credential_with_the_token_it_came_with() {
    let t = ServiceBench::empty().await;
    let (agent, token) = t.agents().create(&admin(), named("web")).await.unwrap();
    assert_eq!((agent.status, agent.last_heartbeat_at), (AgentStatus::Offline, None));
    assert_eq!(token.expires_at, build::at(3600));
    let enrolment =
        t.agents().enrol(&token.token, named("ignored"), Some("192.0.2.9".to_owned())).await.unwrap();
    assert_eq!((enrolment.agent.id.clone(), enrolment.agent.name.as_str()), (agent.id.clone(), "web"));
    assert_eq!(enrolment.agent.hostname, "ignored.example.com");
    assert_eq!(enrolment.agent.status, AgentStatus::Online);
    assert!(enrolment.credential.starts_with("ca_"));
    assert_eq!(
        who(&t, &enrolment.credential).await,
        Ok(Identity::Agent { id: agent.id.clone(), retired: false })
    );

    let events = t.audit().await;
    assert_eq!(t.audited().await, ["agent_created", "agent_enrolled"]);
    assert_eq!(
        (events[1].actor.as_str(), events[1].client_address.as_deref()),
        (agent.id.as_str(), Some("192.0.2.9"))
    );
    let everything = format!("{events:?} {enrolment:?} {token:?}");
    assert!(!everything.contains(&token.token) && !everything.contains(&enrolment.credential));
}

#[tokio::test]
async fn a_token_is_good_for_one_agent() {
    for t in ServiceBench::both().await {
        let token = t.agents().issue_token(&admin(), HOUR).await.unwrap().token;
        let agents = t.agents();
        let (one, two) =
            tokio::join!(agents.enrol(&token, named("one"), None), agents.enrol(&token, named("two"), None));
        let failed = [&one, &two].into_iter().filter_map(|result| result.as_ref().err());
        assert_eq!(failed.map(ServiceError::code).collect::<Vec<_>>(), ["invalid_enrolment_token"]);
        let third = t.agents().enrol(&token, named("three"), None).await.unwrap_err();
        assert_eq!(third.code(), "invalid_enrolment_token");
        let page = t
            .agents()
            .list(
                &viewer(),
                AgentQuery { status: Some(AgentStatus::Online), ..AgentQuery::default() },
                ListRequest::default(),
            )
            .await
            .unwrap();
        // The one of the basics, and the one that won.
        assert_eq!(page.total, 2);
        assert_eq!(t.audited().await, ["enrolment_token_created", "agent_enrolled"]);
    }
}

#[tokio::test]
async fn expired_and_unknown_tokens_are_refused() {
    let t = ServiceBench::empty().await;
    let token = t.agents().issue_token(&admin(), Duration::from_mins(1)).await.unwrap().token;
    t.clock.advance(Duration::from_mins(1));
    for text in [token.as_str(), "ce_unknown", ""] {
        let error = t.agents().enrol(text, named("web"), None).await.unwrap_err();
        assert_eq!(error.code(), "invalid_enrolment_token");
    }
    assert!(
        t.agents()
            .list(&admin(), AgentQuery::default(), ListRequest::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

#[tokio::test]
async fn the_standing_token_of_the_configuration_enrols_any_number() {
    let t = ServiceBench::empty().await;
    let agents = Agents::new(t.base.clone(), Some(&SecretString::new("standing-token")));
    for name in ["one", "two"] {
        agents.enrol("standing-token", named(name), None).await.unwrap();
    }
    assert_eq!(
        agents.enrol("standing-toke", named("x"), None).await.unwrap_err().code(),
        "invalid_enrolment_token"
    );
    // Without the configuration it is nothing.
    assert_eq!(
        t.agents().enrol("standing-token", named("x"), None).await.unwrap_err().code(),
        "invalid_enrolment_token"
    );
}

#[tokio::test]
async fn the_name_of_an_agent_in_service_is_taken() {
    let t = ServiceBench::empty().await;
    let (agent, _) = t.agents().create(&admin(), named("web")).await.unwrap();
    let token = t.agents().issue_token(&admin(), HOUR).await.unwrap().token;
    let error = t.agents().enrol(&token, named("web"), None).await.unwrap_err();
    assert!(matches!(error, ServiceError::Conflict { code: ConflictCode::AlreadyExists, .. }), "{error:?}");
    // The refused attempt did not use the token up, and a retired agent's name is free.
    t.agents().retire(&admin(), &agent.id, false, None).await.unwrap();
    t.agents().enrol(&token, named("web"), None).await.unwrap();
}

#[tokio::test]
async fn only_administrators_add_and_retire_agents() {
    let t = ServiceBench::new().await;
    for who in [operator(), viewer()] {
        let errors = [
            t.agents().create(&who, named("x")).await.unwrap_err(),
            t.agents().issue_token(&who, HOUR).await.unwrap_err(),
            t.agents().retire(&who, &build::id(build::AGENT), false, None).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.code() == "forbidden"), "{errors:?}");
    }
    for validity in [Duration::from_secs(59), Duration::from_hours(169)] {
        assert_eq!(t.agents().issue_token(&admin(), validity).await.unwrap_err().code(), "invalid_request");
    }
}

#[tokio::test]
async fn an_agent_with_dependencies_is_not_retired_without_force() {
    let t = ServiceBench::new().await;
    t.add_mapped(build::certificate("mc-web")).await;
    let error = t.agents().retire(&admin(), &build::id(build::AGENT), false, None).await.unwrap_err();
    let ServiceError::Conflict { code, details, .. } = error else { panic!("{error:?}") };
    assert_eq!(code, ConflictCode::BlockedByDependencies);
    assert_eq!(
        details,
        Some(json!({"counts": {"active_targets": 1, "active_certificates": 1, "pending_jobs": 0}}))
    );
    let error =
        t.agents().retire(&admin(), &build::id(build::AGENT), true, Some(" ".to_owned())).await.unwrap_err();
    assert_eq!(error.code(), "invalid_request");
    assert!(t.audit().await.is_empty());
}

#[tokio::test]
async fn forced_retirement_takes_targets_and_jobs_along_and_puts_certificates_back() {
    for t in ServiceBench::both().await {
        let renewing =
            Certificate { status: CertificateStatus::RenewalInProgress, ..build::certificate("mc-web") };
        t.add_mapped(renewing).await;
        t.add_job(build::issuance_job("job-issue", "mc-web")).await;
        t.add_job(Job {
            kind: JobKind::Deployment,
            certificate_id: Some(build::id("mc-web")),
            target_id: Some(build::id(build::TARGET)),
            agent_id: Some(build::id(build::AGENT)),
            ..build::job("job-deploy")
        })
        .await;
        let id: AgentId = build::id(build::AGENT);
        let retired = t.agents().retire(&admin(), &id, true, Some("host scrapped".to_owned())).await.unwrap();
        let counts = AgentDependencies { active_targets: 1, active_certificates: 1, pending_jobs: 2 };
        assert_eq!(retired, Retirement::Retired { at: build::at(0), counts, cascade: true });

        for job in t.all_jobs().await {
            assert_eq!(
                (job.status, job.last_error.as_deref()),
                (JobStatus::Cancelled, Some("the agent was retired"))
            );
        }
        let certificate = t.certificate("mc-web").await;
        assert_eq!((certificate.status, certificate.next_action_at), (CertificateStatus::Pending, None));
        assert_eq!(t.mapping("mc-web", build::TARGET).await.status, DeploymentStatus::Failed);
        let target = t.read(|tx| tx.targets().find(&build::id(build::TARGET))).await.unwrap();
        assert_eq!(target.retired_reason.as_deref(), Some("host scrapped"));
        assert_eq!(t.audited().await, ["agent_retired", "agent_retirement_cascaded"]);
        let cascade = t.audit().await.remove(1);
        let gone = json!({"reason": "host scrapped", "retired_targets": 1, "cancelled_jobs": 2});
        assert_eq!(serde_json::from_str::<serde_json::Value>(cascade.details.as_str()).unwrap(), gone);

        // Again changes nothing, and says so.
        assert_eq!(t.agents().retire(&admin(), &id, false, None).await.unwrap(), Retirement::AlreadyRetired);
        assert_eq!(t.audited().await.len(), 2);
        let page = t
            .agents()
            .list(&viewer(), AgentQuery { retired: true, ..AgentQuery::default() }, ListRequest::default())
            .await
            .unwrap();
        assert_eq!(page.items.iter().map(|agent| agent.id.clone()).collect::<Vec<_>>(), [id]);
    }
}

#[tokio::test]
async fn reserved_agents_are_never_retired_and_unknown_ones_do_not_exist() {
    let t = ServiceBench::new().await;
    let error = t.agents().retire(&admin(), &build::id("server-scanner"), true, None).await.unwrap_err();
    assert_eq!(error.code(), "forbidden");
    assert!(error.to_string().contains("the id is reserved"), "{error}");
    let error = t.agents().retire(&admin(), &build::id("agent-none"), false, None).await.unwrap_err();
    assert_eq!(error.code(), "not_found");
}

#[tokio::test]
async fn the_credential_of_a_retired_agent_is_still_known_as_such() {
    let t = ServiceBench::empty().await;
    let token = t.agents().issue_token(&admin(), HOUR).await.unwrap().token;
    let enrolment = t.agents().enrol(&token, named("web"), None).await.unwrap();
    let id = enrolment.agent.id;
    t.agents().retire(&admin(), &id, false, None).await.unwrap();
    assert_eq!(who(&t, &enrolment.credential).await, Ok(Identity::Agent { id: id.clone(), retired: true }));
    // The stored hash is no credential.
    let hash = token_hash(&enrolment.credential);
    assert_eq!(who(&t, &hash).await, Err("invalid_credential"));
    // A token that was bound to an agent retired since is worth nothing.
    let (bound, token) = t.agents().create(&admin(), named("next")).await.unwrap();
    t.agents().retire(&admin(), &bound.id, false, None).await.unwrap();
    let error = t.agents().enrol(&token.token, named("next"), None).await.unwrap_err();
    assert_eq!(error.code(), "invalid_enrolment_token");
}
