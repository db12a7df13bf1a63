//! Renewal policies that renew for the members of one agent group only.

use crate::bench::{ServiceBench, agent, operator};
use crate::flow::{Flow, csr_for, spec};
use crate::renewal::add_second_target;
use crate::renewal_policy;
use certctl_domain::agent::{AgentMetadata, AgentStatus};
use certctl_domain::agent_group::{AgentGroup, MembershipType};
use certctl_domain::certificate::CertificateStatus;
use certctl_domain::explanation::{NextAction, Rule};
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_service::{AgentGroups, RenewalPolicies};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_group::{AgentGroupService, AgentGroupSpec};
use certctl_service_api::agent_work::AgentWorkService;
use certctl_service_api::certificate::{CertificateService, CertificateSpec, RenewOptions};
use certctl_service_api::renewal_policy::{RenewalPolicyService, RenewalPolicySpec};
use certctl_testkit::build;
use std::sync::Arc;
use std::time::Duration;

const WEB2: &str = "agent-web2";

fn group() -> AgentGroupId {
    build::id("grp-edge")
}

fn groups(t: &Flow) -> AgentGroups {
    AgentGroups::new(t.bench.base.clone(), Arc::clone(&t.bench.wakeups))
}

/// The second agent says which version it is.
async fn reports(t: &Flow, version: &'static str) {
    let facts = AgentMetadata {
        hostname: "web2.example.com".to_owned(),
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        ip_address: "192.0.2.2".to_owned(),
        version: version.to_owned(),
    };
    let now = t.bench.base.clock.now();
    let id: AgentId = build::id(WEB2);
    let heard = t.bench.write(move |tx| tx.agents().record_heartbeat(&id, &facts, AgentStatus::Online, now));
    assert!(heard.await);
}

/// A certificate on a target of each of two agents, under a policy limited to a group of the first.
async fn limited() -> Flow {
    let t = Flow::new().await;
    add_second_target(&t).await;
    t.bench
        .write(|tx| {
            let edge = AgentGroup { match_version: ">=0.1".to_owned(), ..build::agent_group("grp-edge") };
            tx.agent_groups().insert(&edge)
        })
        .await;
    reports(&t, "0.0.9").await;
    t.policy(|policy| policy.agent_group_id = Some(group())).await;
    let both =
        CertificateSpec { target_ids: Some(vec![build::id(build::TARGET), build::id("tgt-web2")]), ..spec() };
    t.certificates.create(&operator(), Some(build::id("mc-www")), both).await.unwrap();
    t
}

async fn rule_of(t: &Flow, agent: &str) -> (NextAction, Rule) {
    let agent: AgentId = build::id(agent);
    let explanation = t.explain().await;
    let holder = explanation.holders.iter().find(|holder| holder.agent_id == agent).unwrap();
    (holder.step.action, holder.step.rule)
}

#[tokio::test]
async fn the_sweep_renews_for_members_only_and_the_explanation_says_so() {
    let t = limited().await;
    assert_eq!(rule_of(&t, build::AGENT).await, (NextAction::Renew, Rule::NeverIssued));
    assert_eq!(rule_of(&t, WEB2).await, (NextAction::None, Rule::OutsideAgentGroup));
    let explanation = t.explain().await;
    let blocker = explanation.blockers.iter().find(|one| one.rule == Rule::OutsideAgentGroup).unwrap();
    assert_eq!(blocker.ids, [WEB2]);
    assert_eq!(
        blocker.message,
        format!(
            "Renewal policy {} renews for members of agent group grp-edge only, and agent {WEB2} is none.",
            build::POLICY
        )
    );

    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    let [mine] = t.poll().await.try_into().unwrap();
    t.send_csr(&mine).await.unwrap();
    t.work_off().await;
    // The one outside is nobody's failure.
    let row = t.bench.certificate("mc-www").await;
    assert_eq!((row.status, row.failed_issuances), (CertificateStatus::Active, 0));
    assert!(t.poll_as(WEB2, "first").await.is_empty());
}

#[tokio::test]
async fn who_is_renewed_by_hand_may_be_outside() {
    let t = limited().await;
    let id = build::id("mc-www");
    let queued = t.certificates.renew(&operator(), &id, RenewOptions::default()).await.unwrap();
    assert_eq!(queued.len(), 2);
}

#[tokio::test]
async fn who_becomes_a_member_is_renewed() {
    let t = limited().await;
    t.sweep().await;
    let [mine] = t.poll().await.try_into().unwrap();
    t.send_csr(&mine).await.unwrap();
    t.work_off().await;
    t.sweep().await;
    let now = t.bench.base.clock.now();
    let hourly = t.bench.certificate("mc-www").await.next_action_at.unwrap();
    assert_eq!(hourly, now.plus(Duration::from_hours(1)), "what the agent reports may make it a member");

    // By what it reports: found at the next look.
    let outsider: AgentId = build::id(WEB2);
    reports(&t, "0.1.0").await;
    assert_eq!(rule_of(&t, WEB2).await, (NextAction::Renew, Rule::NeverIssued));
    // By hand, in both directions: at once.
    let set = async |said| groups(&t).set_member(&operator(), &group(), &outsider, said).await.unwrap();
    set(MembershipType::Exclude).await;
    assert_eq!(t.bench.certificate("mc-www").await.next_action_at, Some(now));
    t.sweep().await;
    assert!(t.poll_as(WEB2, "first").await.is_empty());
    set(MembershipType::Include).await;
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
    let [theirs] = t.poll_as(WEB2, "first").await.try_into().unwrap();
    let pem = csr_for(theirs.csr.as_ref().unwrap());
    let (who, www) = (agent(WEB2), build::id("mc-www"));
    t.work.submit_csr(&who, &outsider, &www, Some(theirs.job_id), &pem).await.unwrap();
}

#[tokio::test]
async fn what_policies_are_limited_to_exists_and_stays() {
    for t in ServiceBench::both().await {
        t.write(|tx| tx.agent_groups().insert(&build::agent_group("grp-edge"))).await;
        let policies = RenewalPolicies::new(t.base.clone(), Arc::clone(&t.wakeups));
        let of = |id: &str| RenewalPolicySpec {
            agent_group_id: Some(build::id(id)),
            ..renewal_policy::spec("Limited")
        };
        let refusal = policies.create(&operator(), None, of("grp-none")).await.unwrap_err();
        let ServiceError::Unprocessable(problems) = &refusal else { panic!("{refusal:?}") };
        assert_eq!((problems[0].field.as_str(), problems[0].code), ("agent_group_id", "unknown_reference"));
        let policy = policies.create(&operator(), None, of("grp-edge")).await.unwrap();
        let to_none = Box::new(move |_: &_| Ok(of("grp-none")));
        let refusal = policies.change(&operator(), &policy.id, to_none, None).await.unwrap_err();
        assert_eq!(refusal.code(), "unprocessable");

        let groups = AgentGroups::new(t.base.clone(), Arc::clone(&t.wakeups));
        let refusal = groups.delete(&operator(), &group()).await.unwrap_err();
        let ServiceError::Conflict { details: Some(details), message, .. } = &refusal else {
            panic!("{refusal:?}")
        };
        assert_eq!((refusal.code(), &details["counts"]["renewal_policies"]), ("in_use", &1.into()));
        assert!(message.contains("1 renewal policies"), "{message}");
        policies.delete(&operator(), &policy.id).await.unwrap();
        groups.delete(&operator(), &group()).await.unwrap();
    }
}

#[tokio::test]
async fn a_changed_criterion_has_certificates_looked_at_again() {
    let t = limited().await;
    t.sweep().await;
    let [mine] = t.poll().await.try_into().unwrap();
    t.send_csr(&mine).await.unwrap();
    t.work_off().await;
    t.sweep().await;
    let anyone = AgentGroupSpec {
        name: "Edge".to_owned(),
        description: String::new(),
        match_os: String::new(),
        match_architecture: String::new(),
        match_ip_cidr: String::new(),
        match_version: ">=0.0.1".to_owned(),
        enabled: true,
    };
    let edit = Box::new(move |_: &_| Ok(anyone.clone()));
    groups(&t).change(&operator(), &group(), edit, None).await.unwrap();
    assert_eq!(t.sweep().await.counts, [("enqueued", 1)]);
}
