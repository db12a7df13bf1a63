//! Agents.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::agent::{Agent, AgentDependencies, AgentMetadata, AgentStatus};
use certctl_domain::job::{Job, JobStatus};
use certctl_domain::target::Target;
use certctl_repository::{AgentFilter, Cursor, PageRequest, StoreError};

pub async fn agents_come_back_as_stored(db: &TestStore) {
    let retired = Agent {
        status: AgentStatus::Degraded,
        last_heartbeat_at: None,
        registered_at: build::at(4),
        retired_at: Some(build::at(5)),
        retired_reason: Some("replaced".to_owned()),
        ..build::agent("agent-old")
    };
    let new = Agent { credential_hash: String::new(), ..build::agent("agent-new") };
    let also_new =
        Agent { credential_hash: String::new(), registered_at: build::at(1), ..build::agent("agent-newer") };
    let rows = [retired.clone(), new.clone(), also_new.clone()];
    write(db, move |tx| rows.iter().try_for_each(|agent| tx.agents().insert(agent))).await;
    assert_eq!(read(db, |tx| tx.agents().find(&build::id("agent-old"))).await, Some(retired.clone()));
    let by_credential = read(db, |tx| tx.agents().find_by_credential("hash of agent-old")).await;
    assert_eq!(by_credential, Some(retired.clone()));
    assert_eq!(read(db, |tx| tx.agents().find_by_credential("")).await, None);

    let in_service = AgentFilter::default();
    let ids =
        walk(db, 1, move |tx, page| tx.agents().list(&in_service, page), |agent| agent.id.to_string()).await;
    assert_eq!(ids, ["agent-newer", "agent-new"]);
    let filter = AgentFilter { retired: true, ..AgentFilter::default() };
    let page = read(db, move |tx| tx.agents().list(&filter, &PageRequest::first(9))).await;
    assert_eq!((page.items, page.total), (vec![retired], 1));
    let filter = AgentFilter { status: Some(AgentStatus::Offline), ..AgentFilter::default() };
    assert_eq!(read(db, move |tx| tx.agents().list(&filter, &PageRequest::first(9))).await.total, 0);

    let same_id = Agent { id: build::id("agent-new"), ..build::agent("agent-other") };
    assert_refused!(attempt(db, move |tx| tx.agents().insert(&same_id)).await, Duplicate, "agent.id");
    let thief = Agent { credential_hash: "hash of agent-old".to_owned(), ..build::agent("agent-thief") };
    assert_refused!(attempt(db, move |tx| tx.agents().insert(&thief)).await, Duplicate, "agent.credential");
}

pub async fn a_name_is_free_again_once_its_agent_retired(db: &TestStore) {
    let second = || Agent { name: build::agent("agent-one").name, ..build::agent("agent-two") };
    write(db, |tx| tx.agents().insert(&build::agent("agent-one"))).await;
    assert_refused!(attempt(db, move |tx| tx.agents().insert(&second())).await, Duplicate, "agent.name");
    write(db, move |tx| {
        tx.agents().retire(&build::id("agent-one"), "rebuilt", build::at(1))?;
        tx.agents().insert(&second())
    })
    .await;
}

pub async fn a_heartbeat_never_blanks_a_fact_or_wakes_the_retired(db: &TestStore) {
    write(db, |tx| tx.agents().insert(&build::agent("agent-one"))).await;
    let facts = AgentMetadata { version: "0.2.0".to_owned(), ..AgentMetadata::default() };
    let beat = move |id: &'static str, seconds| {
        let facts = facts.clone();
        write(db, move |tx| {
            tx.agents().record_heartbeat(&build::id(id), &facts, AgentStatus::Degraded, build::at(seconds))
        })
    };
    assert!(beat("agent-one", 60).await);
    let expected = Agent {
        status: AgentStatus::Degraded,
        last_heartbeat_at: Some(build::at(60)),
        version: "0.2.0".to_owned(),
        ..build::agent("agent-one")
    };
    assert_eq!(read(db, |tx| tx.agents().find(&build::id("agent-one"))).await, Some(expected.clone()));
    write(db, |tx| tx.agents().retire(&build::id("agent-one"), "gone", build::at(61))).await;
    assert!(!beat("agent-one", 62).await);
    assert!(!beat("agent-none", 62).await);
    let retired =
        Agent { retired_at: Some(build::at(61)), retired_reason: Some("gone".to_owned()), ..expected };
    assert_eq!(read(db, |tx| tx.agents().find(&build::id("agent-one"))).await, Some(retired));
}

pub async fn agents_are_found_by_a_part_of_what_they_are_called(db: &TestStore) {
    write(db, |tx| {
        let web = Agent { ip_address: "2001:DB8::7".to_owned(), ..build::agent("agent-web") };
        tx.agents().insert(&web)?;
        let db = Agent { name: "100%_DB".to_owned(), ..build::agent("agent-db") };
        tx.agents().insert(&db)?;
        let gone = Agent { retired_at: Some(build::at(1)), ..build::agent("agent-web-old") };
        tx.agents().insert(&gone)
    })
    .await;
    let found = async |search: &str| {
        let filter = AgentFilter { search: Some(search.to_owned()), ..AgentFilter::default() };
        let page = read(db, move |tx| tx.agents().list(&filter, &PageRequest::first(9))).await;
        page.items.iter().map(|agent| agent.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("WEB.example").await, ["agent-web"]);
    assert_eq!(found("db8::").await, ["agent-web"]);
    assert_eq!(found("100%_d").await, ["agent-db"]);
    // Wildcards of SQL mean themselves.
    assert_eq!(found("100_%").await, [""; 0]);
    assert_eq!(found("%").await, ["agent-db"]);
}

pub async fn agents_in_service_come_in_batches(db: &TestStore) {
    write(db, |tx| {
        for n in 0..5 {
            // Two agents share each instant, so ties are broken by id.
            let row = Agent { registered_at: build::at(n / 2), ..build::agent(&format!("agent-{n}")) };
            tx.agents().insert(&row)?;
        }
        tx.agents().insert(&Agent { retired_at: Some(build::at(1)), ..build::agent("agent-gone") })
    })
    .await;
    let seen = read(db, |tx| {
        let (mut seen, mut after): (Vec<String>, Option<Cursor>) = Default::default();
        loop {
            let batch = tx.agents().in_service(after.as_ref(), 2)?;
            let Some(last) = batch.last() else { return Ok(seen) };
            after = Some(Cursor { key: last.registered_at.to_rfc3339(), id: last.id.to_string() });
            seen.extend(batch.iter().map(|agent| agent.id.to_string()));
        }
    });
    assert_eq!(seen.await, ["agent-4", "agent-3", "agent-2", "agent-1", "agent-0"]);
}

pub async fn only_agents_in_service_change(db: &TestStore) {
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-one"))?;
        tx.agents().set_credential(&build::id("agent-one"), "new hash")
    })
    .await;
    let found = read(db, |tx| tx.agents().find_by_credential("new hash")).await;
    assert_eq!(found.map(|agent| agent.id), Some(build::id("agent-one")));
    assert_stale(attempt(db, |tx| tx.agents().set_credential(&build::id("agent-none"), "hash")).await);
    write(db, |tx| tx.agents().retire(&build::id("agent-one"), "gone", build::at(1))).await;
    assert_stale(attempt(db, |tx| tx.agents().retire(&build::id("agent-one"), "again", build::at(2))).await);
    assert_stale(attempt(db, |tx| tx.agents().set_credential(&build::id("agent-one"), "hash")).await);
}

pub async fn agents_without_heartbeats_go_offline(db: &TestStore) {
    write(db, |tx| {
        for (id, beat) in [("agent-fresh", 100), ("agent-silent", 10), ("agent-still", 20)] {
            tx.agents().insert(&Agent { last_heartbeat_at: Some(build::at(beat)), ..build::agent(id) })?;
        }
        let offline = Agent { status: AgentStatus::Offline, ..build::agent("agent-off") };
        tx.agents().insert(&offline)?;
        let scanner = Agent { last_heartbeat_at: Some(build::at(1)), ..build::agent("server-scanner") };
        tx.agents().insert(&scanner)?;
        tx.agents().insert(&Agent { retired_at: Some(build::at(5)), ..build::agent("agent-gone") })
    })
    .await;
    let silent = write(db, |tx| tx.agents().mark_offline(build::at(100))).await;
    assert_eq!(silent, [build::id("agent-silent"), build::id("agent-still")]);
    assert_eq!(write(db, |tx| tx.agents().mark_offline(build::at(100))).await, []);
    let found = read(db, |tx| tx.agents().find(&build::id("agent-silent"))).await;
    assert_eq!(found.map(|agent| agent.status), Some(AgentStatus::Offline));
}

pub async fn dependencies_count_what_is_active(db: &TestStore) {
    seed_basics(db.store()).await;
    let id = || build::id(build::AGENT);
    let count = move || read(db, move |tx| tx.agents().dependencies(&id()));
    assert_eq!(
        count().await,
        AgentDependencies { active_targets: 1, active_certificates: 0, pending_jobs: 0 }
    );
    write(db, move |tx| {
        let retired = Target { retired_at: Some(build::at(1)), ..build::target("tgt-old") };
        tx.targets().insert(&retired)?;
        tx.targets().insert(&build::target("tgt-web2"))?;
        for certificate in ["mc-one", "mc-two"] {
            tx.certificates().insert(&build::certificate(certificate))?;
            tx.deployments().insert(&build::mapping(certificate))?;
        }
        // A certificate on two targets counts once, one on a retired target not at all.
        let mut second = build::mapping("mc-one");
        second.target_id = build::id("tgt-web2");
        tx.deployments().insert(&second)?;
        tx.jobs().insert(&build::issuance_job("job-live", "mc-one"))?;
        let ended = Job {
            agent_id: Some(id()),
            status: JobStatus::Failed,
            completed_at: Some(build::at(1)),
            ..build::job("job-ended")
        };
        tx.jobs().insert(&ended)
    })
    .await;
    assert_eq!(
        count().await,
        AgentDependencies { active_targets: 2, active_certificates: 2, pending_jobs: 1 }
    );
}
