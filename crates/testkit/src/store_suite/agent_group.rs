//! Agent groups.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::agent_group::{AgentGroup, GroupMember, MembershipType};
use certctl_repository::StoreError;

pub async fn groups_come_back_as_stored_and_are_guarded_by_their_last_change(db: &TestStore) {
    let group = AgentGroup {
        description: "all of the edge".to_owned(),
        match_os: "linux".to_owned(),
        match_architecture: "arm64".to_owned(),
        match_ip_cidr: "2001:db8::/32".to_owned(),
        match_version: ">=1.2, <2".to_owned(),
        enabled: false,
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::agent_group("grp-one")
    };
    let rows = [group.clone(), build::agent_group("grp-two")];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.agent_groups().insert(row))).await;
    assert_eq!(read(db, |tx| tx.agent_groups().find(&build::id("grp-one"))).await, Some(group.clone()));
    assert_eq!(read(db, |tx| tx.agent_groups().find(&build::id("grp-none"))).await, None);
    let ids = walk(db, 1, |tx, page| tx.agent_groups().list(page), |row| row.id.to_string()).await;
    assert_eq!(ids, ["grp-one", "grp-two"]);

    let changed = AgentGroup { match_os: String::new(), enabled: true, updated_at: build::at(5), ..group };
    let row = changed.clone();
    write(db, move |tx| tx.agent_groups().update(&row, build::at(2))).await;
    assert_eq!(read(db, |tx| tx.agent_groups().find(&build::id("grp-one"))).await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.agent_groups().update(&row, build::at(2))).await);
    let row = AgentGroup { name: build::agent_group("grp-two").name, ..changed };
    let same_name = attempt(db, move |tx| tx.agent_groups().update(&row, build::at(5))).await;
    assert_refused!(same_name, Duplicate, "agent_group.name");
    let same_id = attempt(db, |tx| {
        let other = AgentGroup { name: "other".to_owned(), ..build::agent_group("grp-two") };
        tx.agent_groups().insert(&other)
    });
    assert_refused!(same_id.await, Duplicate, "agent_group.id");
}

pub async fn what_is_said_by_hand_is_replaced_taken_back_and_goes_with_the_group(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.agents().insert(&build::agent("agent-two"))?;
        tx.agent_groups().insert(&build::agent_group("grp-one"))
    })
    .await;
    let said = |agent: &str, membership, seconds| GroupMember {
        agent_id: build::id(agent),
        membership,
        created_at: build::at(seconds),
    };
    let group = || build::id("grp-one");
    let (first, other) =
        (said(build::AGENT, MembershipType::Include, 1), said("agent-two", MembershipType::Exclude, 2));
    let second = said(build::AGENT, MembershipType::Exclude, 3);
    let (one, two, three) = (first, other.clone(), second.clone());
    write(db, move |tx| {
        tx.agent_groups().set_member(&group(), &one)?;
        tx.agent_groups().set_member(&group(), &two)?;
        tx.agent_groups().set_member(&group(), &three)
    })
    .await;
    let mut expected = vec![second.clone(), other];
    expected.sort_by(|a, b| a.agent_id.cmp(&b.agent_id));
    assert_eq!(read(db, move |tx| tx.agent_groups().members(&group())).await, expected);
    let found = read(db, move |tx| tx.agent_groups().member(&group(), &build::id(build::AGENT))).await;
    assert_eq!(found, Some(second));

    for (grp, agent, key) in [
        ("grp-none", build::AGENT, "agent_group_member.agent_group_id"),
        ("grp-one", "agent-none", "agent_group_member.agent_id"),
    ] {
        let row = said(agent, MembershipType::Include, 4);
        let refused = attempt(db, move |tx| tx.agent_groups().set_member(&build::id(grp), &row)).await;
        assert!(matches!(refused, Err(StoreError::Missing { key: named }) if named == key), "{refused:?}");
    }
    let take_back =
        move || write(db, move |tx| tx.agent_groups().remove_member(&group(), &build::id("agent-two")));
    assert!(take_back().await);
    assert!(!take_back().await);
    write(db, move |tx| tx.agent_groups().delete(&group())).await;
    assert_eq!(read(db, move |tx| tx.agent_groups().members(&group())).await, []);
    assert_stale(attempt(db, move |tx| tx.agent_groups().delete(&group())).await);
}
