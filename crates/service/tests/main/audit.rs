//! One event per fact: every change that a person can make, walked through once. Add a line for
//! each new use case.

use crate::bench::{ServiceBench, TARGET_TOKEN, admin, object, operator, person, to};
use crate::flow::{Flow, spec as certificate_spec};
use crate::{agent_group, approval, import, job, operation, owner, policy, profile, renewal_policy};
use certctl_domain::access::Role;
use certctl_domain::agent::AgentMetadata;
use certctl_domain::agent_group::MembershipType;
use certctl_domain::audit::ExportFormat;
use certctl_domain::id::{
    AgentGroupId, CertificateId, OwnerId, PolicyRuleId, ProfileId, RenewalPolicyId, TeamId,
};
use certctl_domain::job::{Executor, Job, JobKind};
use certctl_service::audit::{Audit, AuditKeys};
use certctl_service::{Imports, Profiles, RenewalPolicies, Teams};
use certctl_service_api::agent::{AgentService, NewAgent};
use certctl_service_api::agent_group::AgentGroupService;
use certctl_service_api::approval::{ApprovalOf, ApprovalService, Decision};
use certctl_service_api::audit::{AuditQuery, AuditService};
use certctl_service_api::auth::{ApiKeyService, NewApiKey};
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::import::ImportService;
use certctl_service_api::issuer::{IssuerService, IssuerSpec};
use certctl_service_api::job::JobService;
use certctl_service_api::list::ListRequest;
use certctl_service_api::operation::{OperationQuery, OperationService};
use certctl_service_api::owner::OwnerService;
use certctl_service_api::policy::PolicyService;
use certctl_service_api::profile::ProfileService;
use certctl_service_api::renewal::RenewalService;
use certctl_service_api::renewal_policy::RenewalPolicyService;
use certctl_service_api::target::{TargetService, TargetSpec};
use certctl_service_api::team::{TeamService, TeamSpec};
use certctl_service_api::{Actor, ServiceError};
use certctl_testkit::build;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// Runs one use case and asserts that it left exactly the event `action` about `resource`, with the
/// actor and the request it came from. Gives the result and the event's details.
async fn fact<T>(
    t: &ServiceBench,
    who: &Actor,
    (action, resource): (&str, &str),
    call: impl Future<Output = Result<T, ServiceError>>,
) -> (T, Value) {
    let known: HashSet<_> = t.audit().await.into_iter().map(|event| event.id).collect();
    let result = call.await.unwrap_or_else(|error| panic!("{action}: {error}"));
    let fresh: Vec<_> = t.audit().await.into_iter().filter(|event| !known.contains(&event.id)).collect();
    let [event] = &fresh[..] else { panic!("{action} left {fresh:?}") };
    assert_eq!((event.action.as_str(), event.resource_type.as_str()), (action, resource));
    assert_eq!((event.actor.as_str(), event.actor_type), (who.name(), who.actor_type()), "{action}");
    assert_eq!(event.request_id.as_deref(), Some("req-1"), "{action}");
    assert_eq!(event.client_address.as_deref(), Some("192.0.2.7"), "{action}");
    let details = event.details.as_str();
    assert!(!details.contains(TARGET_TOKEN) && !details.contains("@example.com"), "{action}: {details}");
    (result, serde_json::from_str(details).unwrap())
}

fn team(name: &str) -> TeamSpec {
    TeamSpec { name: name.to_owned(), description: "runs it".to_owned() }
}

#[tokio::test]
async fn governance_leaves_one_event_per_change_with_what_changed() {
    for t in ServiceBench::both().await {
        let (who, boss) = (operator(), admin());
        let teams = Teams::new(t.base.clone());
        let id: TeamId = build::id("t-new");
        fact(&t, &who, ("team_created", "team"), teams.create(&who, Some(id.clone()), team("New"))).await;
        let edit = Box::new(|_: &_| Ok(team("Newer")));
        let (_, details) =
            fact(&t, &who, ("team_updated", "team"), teams.change(&who, &id, edit, None)).await;
        assert_eq!(details, json!({"before": {"name": "New"}, "after": {"name": "Newer"}}));
        fact(&t, &who, ("team_deleted", "team"), teams.delete(&who, &id)).await;

        let policies = RenewalPolicies::new(t.base.clone(), Arc::clone(&t.wakeups));
        let id: RenewalPolicyId = build::id("rp-new");
        let create = policies.create(&who, Some(id.clone()), renewal_policy::spec("New"));
        fact(&t, &who, ("renewal_policy_created", "renewal_policy"), create).await;
        let edit = Box::new(|_: &_| Ok(renewal_policy::spec("Newer")));
        let change = policies.change(&who, &id, edit, None);
        let (_, details) = fact(&t, &who, ("renewal_policy_updated", "renewal_policy"), change).await;
        assert_eq!(details["after"], json!({"name": "Newer"}));
        fact(&t, &who, ("renewal_policy_deleted", "renewal_policy"), policies.delete(&who, &id)).await;

        let profiles = Profiles::new(t.base.clone());
        let id: ProfileId = build::id("prof-new");
        let create = profiles.create(&boss, Some(id.clone()), profile::spec("New"));
        fact(&t, &boss, ("profile_created", "profile"), create).await;
        let edit = Box::new(|_: &_| Ok(profile::spec("Newer")));
        let change = profiles.change(&boss, &id, edit, None);
        let (_, details) = fact(&t, &boss, ("profile_updated", "profile"), change).await;
        assert_eq!(details["after"], json!({"name": "Newer"}));
        fact(&t, &boss, ("profile_deleted", "profile"), profiles.delete(&boss, &id)).await;

        let new = NewApiKey { name: "ci".to_owned(), role: Role::Viewer, identity: None, expires_at: None };
        let keys = t.api_keys();
        let (issued, _) = fact(&t, &boss, ("api_key_created", "api_key"), keys.create(&boss, new)).await;
        fact(&t, &boss, ("api_key_revoked", "api_key"), keys.revoke(&boss, &issued.key.id)).await;
    }
}

#[tokio::test]
async fn connectors_leave_one_event_per_change_and_no_secret() {
    for t in ServiceBench::both().await {
        let (who, boss) = (operator(), admin());
        let issuer = |enabled| IssuerSpec {
            name: "Lab".to_owned(),
            kind: "local".to_owned(),
            config: object(json!({})),
            enabled,
        };
        let issuers = t.issuers();
        let create = issuers.create(&boss, None, issuer(true));
        let (row, _) = fact(&t, &boss, ("issuer_created", "issuer"), create).await;
        let edit = Box::new(move |_: &_| Ok(issuer(false)));
        let change = issuers.change(&boss, &row.id, edit, None);
        let (_, details) = fact(&t, &boss, ("issuer_updated", "issuer"), change).await;
        assert_eq!(details["after"], json!({"enabled": false}));
        fact(&t, &boss, ("issuer_deleted", "issuer"), issuers.delete(&boss, &row.id)).await;

        let target = |name: &str| TargetSpec {
            name: name.to_owned(),
            kind: "NGINX".to_owned(),
            agent_id: build::id(build::AGENT),
            config: object(json!({"cert_path": "/x", "token": TARGET_TOKEN})),
            enabled: true,
        };
        let targets = t.targets();
        let create = targets.create(&who, None, target("edge"));
        let (row, details) = fact(&t, &who, ("target_created", "target"), create).await;
        assert_eq!(details["after"]["config"]["token"], json!({"set": true}));
        let renamed = target("edge 2");
        let edit = Box::new(move |_: &_| Ok(renamed.clone()));
        let change = targets.change(&who, &row.id, edit, None);
        let (_, details) = fact(&t, &who, ("target_updated", "target"), change).await;
        assert_eq!(details["after"], json!({"name": "edge 2"}));
        fact(&t, &who, ("target_test_requested", "target"), targets.test(&who, &row.id)).await;
        fact(&t, &who, ("target_deleted", "target"), targets.delete(&who, &row.id)).await;
    }
}

#[tokio::test]
async fn certificates_agents_and_jobs_leave_one_event_per_fact() {
    let t = Flow::new().await;
    let (bench, who, boss) = (&t.bench, operator(), admin());
    let id: CertificateId = build::id("mc-www");
    let subject = "certificate";
    let create = t.certificates.create(&who, Some(id.clone()), certificate_spec());
    fact(bench, &who, ("certificate_created", subject), create).await;
    let edit = Box::new(|_: &_| {
        Ok(CertificateSpec { name: "renamed".to_owned(), target_ids: None, ..certificate_spec() })
    });
    let change = t.certificates.change(&who, &id, edit, None);
    let (_, details) = fact(bench, &who, ("certificate_updated", subject), change).await;
    assert_eq!(details["after"], json!({"name": "renamed"}));
    let renew = t.certificates.renew(&who, &id, RenewOptions::forced(false));
    let (queued, _) = fact(bench, &who, ("renewal_triggered", subject), renew).await;
    let jobs = bench.jobs();
    fact(bench, &who, ("job_cancelled", "job"), jobs.cancel(&who, &queued[0].job_id)).await;
    fact(bench, &who, ("certificate_archived", subject), t.certificates.archive(&who, &id)).await;
    fact(bench, &who, ("certificate_unarchived", subject), t.certificates.unarchive(&who, &id)).await;

    let agents = bench.agents();
    let new = NewAgent { name: "web9".to_owned(), facts: AgentMetadata::default() };
    let ((agent, _), _) = fact(bench, &boss, ("agent_created", "agent"), agents.create(&boss, new)).await;
    let token = agents.issue_token(&boss, Duration::from_mins(1));
    fact(bench, &boss, ("enrolment_token_created", "enrolment_token"), token).await;
    let retire = agents.retire(&boss, &agent.id, false, Some("gone".to_owned()));
    fact(bench, &boss, ("agent_retired", "agent"), retire).await;
}

#[tokio::test]
async fn people_groups_and_rules_leave_one_event_per_change() {
    for t in ServiceBench::both().await {
        let (who, boss) = (operator(), admin());
        let owners = owner::owners(&t);
        let spec = |name: &str| owner::spec(name, "new@example.com", build::TEAM);
        let id: OwnerId = build::id("o-new");
        let create = owners.create(&who, Some(id.clone()), spec("New"));
        fact(&t, &who, ("owner_created", "owner"), create).await;
        let change = owners.change(&who, &id, to(spec("Newer")), None);
        let (_, details) = fact(&t, &who, ("owner_updated", "owner"), change).await;
        assert_eq!(details["after"], json!({"name": "Newer"}));
        fact(&t, &who, ("owner_deleted", "owner"), owners.delete(&who, &id)).await;

        let groups = agent_group::groups(&t);
        let (id, subject): (AgentGroupId, _) = (build::id("ag-new"), "agent_group");
        let create = groups.create(&who, Some(id.clone()), agent_group::spec("New"));
        fact(&t, &who, ("agent_group_created", subject), create).await;
        let change = groups.change(&who, &id, to(agent_group::spec("Newer")), None);
        fact(&t, &who, ("agent_group_updated", subject), change).await;
        let agent = build::id(build::AGENT);
        let set = groups.set_member(&who, &id, &agent, MembershipType::Include);
        fact(&t, &who, ("agent_group_member_set", subject), set).await;
        let remove = groups.remove_member(&who, &id, &agent);
        fact(&t, &who, ("agent_group_member_removed", subject), remove).await;
        fact(&t, &who, ("agent_group_deleted", subject), groups.delete(&who, &id)).await;

        let rules = policy::policies(&t);
        let (id, subject): (PolicyRuleId, _) = (build::id("pr-new"), "policy_rule");
        let create = rules.create(&boss, Some(id.clone()), policy::environments(&["production"]));
        fact(&t, &boss, ("policy_rule_created", subject), create).await;
        let change = rules.change(&boss, &id, to(policy::environments(&["staging"])), None);
        fact(&t, &boss, ("policy_rule_updated", subject), change).await;
        fact(&t, &boss, ("policy_rule_deleted", subject), rules.delete(&boss, &id)).await;
    }
}

#[tokio::test]
async fn approvals_leave_one_event_per_decision() {
    for (decision, action) in
        [(Decision::Approve, "approval_approved"), (Decision::Reject, "approval_rejected")]
    {
        for bench in ServiceBench::both().await {
            let t = approval::guarded(bench).await;
            let renew = RenewOptions::forced(false);
            t.certificates.renew(&approval::alice(), &build::id("mc-www"), renew).await.unwrap();
            let (who, of) =
                (person(Role::Approver), ApprovalOf::Request(approval::only_request(&t).await.id));
            let approvals = t.bench.approvals();
            let decide = approvals.decide(&who, of, decision, Some("looked at it".to_owned()));
            fact(&t.bench, &who, (action, "approval_request"), decide).await;
        }
    }
}

#[tokio::test]
async fn operations_imports_and_pauses_leave_one_event_per_fact() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let (bench, who) = (&t.bench, operator());
        let imports = Imports::new(bench.base.clone());
        let pem = import::Authority::new().leaf("www.example.com").to_pem();
        let call = imports.import(&who, import::place(), import::item(pem));
        let (imported, details) = fact(bench, &who, ("certificate_imported", "certificate"), call).await;
        assert!(!details.to_string().contains("BEGIN CERTIFICATE"), "{details}");

        let (id, subject) = (imported.certificate.id, "certificate");
        let pause = t.renewals.pause(&who, &id, "the zone moves".to_owned());
        fact(bench, &who, ("certificate_paused", subject), pause).await;
        fact(bench, &who, ("certificate_unpaused", subject), t.renewals.unpause(&who, &id)).await;
        let aim = t.certificates.set_targets(&who, &id, vec![build::id(build::TARGET)]);
        fact(bench, &who, ("certificate_targets_changed", subject), aim).await;

        let operations = operation::operations(bench);
        let start = operations.start(&who, operation::renewal(operation::of_team()));
        let (view, _) = fact(bench, &who, ("bulk_renewal_initiated", subject), start).await;
        let cancel = operations.cancel(&who, &view.operation.id);
        fact(bench, &who, ("operation_cancelled", "operation"), cancel).await;

        let check = Job {
            kind: JobKind::Validation,
            target_id: Some(build::id(build::TARGET)),
            agent_id: Some(build::id(build::AGENT)),
            executor: Executor::Agent,
            ..build::job("job-failed")
        };
        bench.add_job(job::failed(check)).await;
        let (jobs, id) = (bench.jobs(), build::id("job-failed"));
        fact(bench, &who, ("job_retried", "job"), jobs.retry(&who, &id)).await;
    }
}

/// A trail that cannot be written stops the change: both are in one transaction.
#[tokio::test]
async fn what_cannot_be_recorded_does_not_happen() {
    for bench in ServiceBench::both().await {
        let t = Flow::on(bench);
        let (who, id): (_, CertificateId) = (operator(), build::id("mc-www"));
        t.create().await;
        let before = t.certificates.get(&who, &id).await.unwrap();
        t.bench.execute("ALTER TABLE audit_events RENAME TO audit_events_away");
        let owners = owner::owners(&t.bench);
        let spec = owner::spec("New", "new@example.com", build::TEAM);
        owners.create(&who, Some(build::id("o-new")), spec).await.unwrap_err();
        t.renewals.pause(&who, &id, "the zone moves".to_owned()).await.unwrap_err();
        t.certificates.renew(&who, &id, RenewOptions::forced(false)).await.unwrap_err();
        t.certificates.archive(&who, &id).await.unwrap_err();
        let operations = operation::operations(&t.bench);
        operations.start(&who, operation::renewal(operation::of_team())).await.unwrap_err();
        t.bench.execute("ALTER TABLE audit_events_away RENAME TO audit_events");

        assert_eq!(t.certificates.get(&who, &id).await.unwrap(), before);
        assert!(t.bench.all_jobs().await.is_empty());
        assert_eq!(owners.get(&who, &build::id("o-new")).await.unwrap_err().code(), "not_found");
        let started = operations.list(&who, OperationQuery::default(), ListRequest::default()).await;
        assert_eq!(started.unwrap().total, 0);
    }
}

#[tokio::test]
async fn an_export_is_a_fact_itself_and_ends_at_its_beginning() {
    for t in ServiceBench::both().await {
        let who = operator();
        let audit = Audit::new(t.base.clone(), Arc::new(AuditKeys::new(t.base.clone(), t.secrets.clone())));
        let teams = Teams::new(t.base.clone());
        for n in 0..1_100 {
            t.clock.advance(Duration::from_millis(1));
            teams.create(&who, None, team(&format!("team {n}"))).await.unwrap();
        }
        t.clock.advance(Duration::from_millis(1));
        let query = AuditQuery { actor: Some("operator".to_owned()), ..AuditQuery::default() };
        let begin = audit.begin_export(&who, query, ExportFormat::Csv);
        let (query, details) = fact(&t, &who, ("audit_exported", "audit_trail"), begin).await;
        assert_eq!(details, json!({"format": "csv", "filters": {"actor": "operator"}}));
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let batch = audit.export_batch(&who, &query, after).await.unwrap();
            let Some(last) = batch.last() else { break };
            after = Some((last.event.timestamp, last.event.id.clone()));
            seen.extend(batch.into_iter().map(|row| row.event.id));
        }
        assert_eq!(seen.len(), 1_100, "neither the export itself nor one event twice");
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 1_100);

        let listed = audit.list(&who, AuditQuery::default(), ListRequest::default()).await.unwrap();
        assert_eq!((listed.total, listed.items[0].event.action.as_str()), (1_101, "audit_exported"));
        let id = listed.items[3].event.id.clone();
        assert_eq!(audit.get(&who, &id).await.unwrap(), listed.items[3]);
        let missing = audit.get(&who, &build::id("audit-none")).await.unwrap_err();
        assert_eq!(missing.code(), "not_found");
    }
}
