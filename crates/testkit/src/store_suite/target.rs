//! Targets.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::JsonText;
use certctl_domain::issuer::{ConnectorSource, TestStatus};
use certctl_domain::target::{Target, TargetKind};
use certctl_repository::{StoreError, TargetFilter};

pub async fn targets_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    let target = Target {
        public_config: JsonText::trusted(r#"{"cert_path":"/etc/nginx/tls.pem"}"#),
        sealed_config: Some(vec![1, 2]),
        enabled: false,
        last_tested_at: Some(build::at(3)),
        test_status: TestStatus::Failed,
        source: ConnectorSource::Env,
        retired_at: Some(build::at(4)),
        retired_reason: Some("moved".to_owned()),
        revision: 3,
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::target("tgt-odd")
    };
    let row = target.clone();
    write(db, move |tx| tx.targets().insert(&row)).await;
    assert_eq!(read(db, |tx| tx.targets().find(&build::id("tgt-odd"))).await, Some(target.clone()));

    let nginx = Some(TargetKind::Nginx);
    for (include_retired, agent, kind, expected) in [
        (false, None, None, vec![build::TARGET]),
        (true, None, nginx, vec!["tgt-odd", build::TARGET]),
        (true, Some("agent-none"), None, vec![]),
        (true, Some(build::AGENT), None, vec!["tgt-odd", build::TARGET]),
    ] {
        let filter = TargetFilter { agent_id: agent.map(build::id), kind, include_retired };
        let ids =
            walk(db, 1, move |tx, page| tx.targets().list(&filter, page), |target| target.id.to_string())
                .await;
        assert_eq!(ids, expected);
    }

    let same_id = Target { name: "other".to_owned(), ..target.clone() };
    assert_refused!(attempt(db, move |tx| tx.targets().insert(&same_id)).await, Duplicate, "target.id");
    let same_name = Target { id: build::id("tgt-other"), ..target.clone() };
    assert_refused!(attempt(db, move |tx| tx.targets().insert(&same_name)).await, Duplicate, "target.name");
    let orphan = Target { agent_id: build::id("agent-none"), ..build::target("tgt-orphan") };
    assert_refused!(attempt(db, move |tx| tx.targets().insert(&orphan)).await, Missing, "target.agent_id");
    write(db, move |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        tx.targets().insert(&Target {
            id: build::id("tgt-two"),
            agent_id: build::id("agent-two"),
            ..target.clone()
        })
    })
    .await;
}

pub async fn updates_are_guarded_by_the_revision(db: &TestStore) {
    let old = seed_basics(db.store()).await.target;
    let changed =
        Target { name: "renamed".to_owned(), enabled: false, updated_at: build::at(8), ..old.clone() };
    let row = changed.clone();
    let stored = write(db, move |tx| {
        let mut target = row.clone();
        tx.targets().update(&mut target)?;
        Ok(target)
    });
    let stored = stored.await;
    assert_eq!(stored, Target { revision: old.revision + 1, ..changed });
    assert_eq!(read(db, |tx| tx.targets().find(&build::id(build::TARGET))).await, Some(stored.clone()));
    assert_stale(attempt(db, move |tx| tx.targets().update(&mut old.clone())).await);
    write(db, |tx| tx.targets().record_test(&build::id(build::TARGET), TestStatus::Success, build::at(9)))
        .await;
    let tested = Target { test_status: TestStatus::Success, last_tested_at: Some(build::at(9)), ..stored };
    assert_eq!(read(db, |tx| tx.targets().find(&build::id(build::TARGET))).await, Some(tested));
    let none =
        attempt(db, |tx| tx.targets().record_test(&build::id("tgt-none"), TestStatus::Success, build::at(9)));
    assert_stale(none.await);
}

pub async fn a_target_is_deleted_when_nothing_is_mapped(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-web"))?;
        tx.deployments().insert(&build::mapping("mc-web"))?;
        // The history of its jobs does not hold a target back.
        let mut job = build::issuance_job("job-one", "mc-web");
        job.target_id = Some(build::id(build::TARGET));
        tx.jobs().insert(&job)
    })
    .await;
    let delete = || attempt(db, |tx| tx.targets().delete(&build::id(build::TARGET)));
    assert_refused!(delete().await, InUse, "deployment.target_id");
    assert!(write(db, |tx| tx.deployments().delete(&build::id("mc-web"), &build::id(build::TARGET))).await);
    delete().await.unwrap();
    assert_stale(delete().await);
    let job = read(db, |tx| tx.jobs().find(&build::id("job-one"))).await.unwrap();
    assert_eq!(job.target_id, Some(build::id(build::TARGET)));
}

pub async fn retiring_an_agent_retires_its_targets(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.targets().insert(&build::target("tgt-web2"))?;
        let earlier = Target { retired_at: Some(build::at(1)), ..build::target("tgt-old") };
        tx.targets().insert(&earlier)?;
        tx.agents().insert(&build::agent("agent-two"))?;
        let other = Target { agent_id: build::id("agent-two"), ..build::target("tgt-other") };
        tx.targets().insert(&other)
    })
    .await;
    let retire = || {
        write(db, |tx| tx.targets().retire_of_agent(&build::id(build::AGENT), "agent retired", build::at(5)))
    };
    assert_eq!(retire().await, 2);
    assert_eq!(retire().await, 0);
    let find = |id: &'static str| read(db, move |tx| tx.targets().find(&build::id(id)));
    let retired = find("tgt-web2").await.unwrap();
    assert_eq!((retired.retired_at, retired.revision), (Some(build::at(5)), 2));
    assert_eq!(find("tgt-old").await.unwrap().retired_at, Some(build::at(1)));
    assert_eq!(find("tgt-other").await.unwrap().retired_at, None);
}
