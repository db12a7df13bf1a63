//! Agent groups and who belongs to them.

use crate::bench::{ServiceBench, admin, operator, viewer};
use certctl_domain::agent::Agent;
use certctl_domain::agent_group::{AgentGroup, MembershipType};
use certctl_domain::id::AgentGroupId;
use certctl_service::AgentGroups;
use certctl_service_api::ServiceError;
use certctl_service_api::agent::AgentService;
use certctl_service_api::agent_group::{AgentGroupService, AgentGroupSpec};
use certctl_service_api::edit::Edit;
use certctl_service_api::list::ListRequest;
use certctl_testkit::build;
use std::sync::Arc;

pub(crate) fn groups(t: &ServiceBench) -> AgentGroups {
    AgentGroups::new(t.base.clone(), Arc::clone(&t.wakeups))
}

pub(crate) fn spec(name: &str) -> AgentGroupSpec {
    AgentGroupSpec {
        name: name.to_owned(),
        description: String::new(),
        match_os: String::new(),
        match_architecture: String::new(),
        match_ip_cidr: String::new(),
        match_version: String::new(),
        enabled: true,
    }
}

fn spec_of(row: &AgentGroup) -> AgentGroupSpec {
    let row = row.clone();
    AgentGroupSpec {
        name: row.name,
        description: row.description,
        match_os: row.match_os,
        match_architecture: row.match_architecture,
        match_ip_cidr: row.match_ip_cidr,
        match_version: row.match_version,
        enabled: row.enabled,
    }
}

fn to(spec: AgentGroupSpec) -> Edit<AgentGroup, AgentGroupSpec> {
    Box::new(move |_| Ok(spec.clone()))
}

async fn members(t: &ServiceBench, id: &AgentGroupId, only: Option<MembershipType>) -> Vec<String> {
    let page = groups(t).members(&viewer(), id, only, ListRequest::default()).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64);
    page.items.iter().map(|agent| agent.id.to_string()).collect()
}

/// `agent-web1` of the basics, three more on two networks, one of them retired.
async fn fleet(t: &ServiceBench) {
    t.write(|tx| {
        for (n, (id, address)) in [("agent-a", "10.1.0.1"), ("agent-b", "10.1.0.2"), ("agent-c", "10.2.0.1")]
            .into_iter()
            .enumerate()
        {
            let registered_at = build::at(i64::try_from(n).unwrap() + 1);
            let row = Agent { ip_address: address.to_owned(), registered_at, ..build::agent(id) };
            tx.agents().insert(&row)?;
        }
        let gone = Agent {
            ip_address: "10.1.0.3".to_owned(),
            retired_at: Some(build::at(9)),
            ..build::agent("agent-gone")
        };
        tx.agents().insert(&gone)
    })
    .await;
}

#[tokio::test]
async fn every_field_survives_creation_and_change_on_both_engines() {
    for t in ServiceBench::both().await {
        let first = AgentGroupSpec {
            description: "one\ntwo".to_owned(),
            match_os: "linux".to_owned(),
            match_architecture: "arm64".to_owned(),
            match_ip_cidr: "2001:db8::/32".to_owned(),
            match_version: ">=1.2, <2".to_owned(),
            enabled: false,
            ..spec("Edge")
        };
        let id: AgentGroupId = build::id("grp-edge");
        let created = groups(&t).create(&operator(), Some(id.clone()), first.clone()).await.unwrap();
        assert_eq!(spec_of(&created), first);
        assert_eq!(groups(&t).get(&viewer(), &id).await.unwrap(), created);
        let changed = groups(&t).change(&operator(), &id, to(spec("Core")), None).await.unwrap();
        assert_eq!(spec_of(&changed), spec("Core"));
        assert_eq!(groups(&t).get(&viewer(), &id).await.unwrap(), changed);
        let stale = groups(&t).change(&operator(), &id, to(spec("x")), Some(created.revision())).await;
        assert_eq!(stale.unwrap_err().code(), "stale");
        let same = groups(&t).create(&operator(), None, spec("Core")).await.unwrap_err();
        assert_eq!(same.code(), "already_exists");
        groups(&t).delete(&operator(), &id).await.unwrap();
        assert_eq!(groups(&t).get(&viewer(), &id).await.unwrap_err().code(), "not_found");
        assert_eq!(t.audited().await, ["agent_group_created", "agent_group_updated", "agent_group_deleted"]);
    }
}

#[tokio::test]
async fn members_fit_the_criteria_or_were_put_in_by_hand() {
    use MembershipType::{Exclude, Include};
    for t in ServiceBench::both().await {
        fleet(&t).await;
        let network = AgentGroupSpec { match_ip_cidr: "10.1.0.0/16".to_owned(), ..spec("Network") };
        let id = groups(&t).create(&operator(), None, network.clone()).await.unwrap().id;
        assert_eq!(members(&t, &id, None).await, ["agent-b", "agent-a"]);

        let set = async |agent: &str, membership| {
            groups(&t).set_member(&operator(), &id, &build::id(agent), membership).await.unwrap()
        };
        assert!(!set("agent-a", Exclude).await.is_member);
        assert!(set("agent-c", Include).await.is_member);
        assert_eq!(members(&t, &id, None).await, ["agent-c", "agent-b"]);
        assert_eq!(members(&t, &id, Some(Exclude)).await, ["agent-a"]);
        assert_eq!(members(&t, &id, Some(Include)).await, ["agent-c"]);
        // The same again is no news.
        let said = set("agent-c", Include).await;
        assert_eq!(t.audited().await.iter().filter(|action| *action == "agent_group_member_set").count(), 2);
        assert_eq!(said.by_hand.agent_id.as_str(), "agent-c");

        groups(&t).remove_member(&operator(), &id, &build::id("agent-a")).await.unwrap();
        groups(&t).remove_member(&operator(), &id, &build::id("agent-a")).await.unwrap();
        assert_eq!(members(&t, &id, None).await, ["agent-c", "agent-b", "agent-a"]);

        // Retirement and a switch beat what was said.
        t.agents().retire(&admin(), &build::id("agent-c"), false, None).await.unwrap();
        assert_eq!(members(&t, &id, None).await, ["agent-b", "agent-a"]);
        assert_eq!(members(&t, &id, Some(Include)).await, [""; 0]);
        let off = AgentGroupSpec { enabled: false, ..network };
        groups(&t).change(&operator(), &id, to(off), None).await.unwrap();
        assert_eq!(members(&t, &id, None).await, [""; 0]);
        assert_eq!(
            t.audited().await.iter().filter(|action| *action == "agent_group_member_removed").count(),
            1
        );
    }
}

#[tokio::test]
async fn a_group_without_criteria_has_only_the_agents_put_in_by_hand() {
    let t = ServiceBench::new().await;
    fleet(&t).await;
    let id = groups(&t).create(&operator(), None, spec("By hand")).await.unwrap().id;
    assert_eq!(members(&t, &id, None).await, [""; 0]);
    groups(&t).set_member(&operator(), &id, &build::id(build::AGENT), MembershipType::Include).await.unwrap();
    assert_eq!(members(&t, &id, None).await, [build::AGENT]);
}

#[tokio::test]
async fn pages_of_members_have_exact_totals_and_cursors() {
    let t = ServiceBench::new().await;
    fleet(&t).await;
    let linux = AgentGroupSpec { match_os: "LINUX".to_owned(), ..spec("Linux") };
    let id = groups(&t).create(&operator(), None, linux).await.unwrap().id;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let request = ListRequest { per_page: 1, cursor, ..ListRequest::default() };
        let page = groups(&t).members(&viewer(), &id, None, request).await.unwrap();
        assert_eq!(page.total, 4);
        seen.extend(page.items.into_iter().map(|agent| agent.id.to_string()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["agent-c", "agent-b", "agent-a", build::AGENT]);
    let second = ListRequest { page: 2, per_page: 3, cursor: None };
    let page = groups(&t).members(&viewer(), &id, None, second).await.unwrap();
    assert_eq!((page.items.len(), page.total, page.next_cursor), (1, 4, None));
    let foreign = ListRequest { cursor: Some("bogus".to_owned()), ..ListRequest::default() };
    let refusal = groups(&t).members(&viewer(), &id, None, foreign).await.unwrap_err();
    assert_eq!(refusal.code(), "invalid_request");
}

#[tokio::test]
async fn unreadable_criteria_unknown_and_retired_agents_are_refused() {
    let t = ServiceBench::new().await;
    fleet(&t).await;
    let wrong = AgentGroupSpec { match_ip_cidr: "10.0.0.0/33".to_owned(), ..spec("") };
    let ServiceError::Invalid(fields) = groups(&t).create(&operator(), None, wrong).await.unwrap_err() else {
        panic!()
    };
    assert_eq!(
        fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(),
        ["name", "match_ip_cidr"]
    );
    let wrong = AgentGroupSpec { match_version: ">=one".to_owned(), ..spec("x") };
    assert_eq!(groups(&t).create(&operator(), None, wrong).await.unwrap_err().code(), "invalid_request");
    assert_eq!(groups(&t).create(&viewer(), None, spec("x")).await.unwrap_err().code(), "forbidden");

    let id = groups(&t).create(&operator(), None, spec("x")).await.unwrap().id;
    for (group, agent, code) in [
        (id.as_str(), "agent-gone", "invalid_state"),
        (id.as_str(), "agent-none", "not_found"),
        ("grp-none", "agent-a", "not_found"),
    ] {
        let (group, agent) = (build::id(group), build::id(agent));
        let said = groups(&t).set_member(&operator(), &group, &agent, MembershipType::Include).await;
        assert_eq!(said.unwrap_err().code(), code, "{group} {agent}");
    }
}
