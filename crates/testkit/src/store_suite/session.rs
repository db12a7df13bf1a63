//! Sessions of the console.

use super::{assert_refused, attempt, read, write};
use crate::{TestStore, build};
use certctl_domain::session::{Session, SessionKey};
use certctl_repository::StoreError;

pub async fn sessions_come_back_as_stored_and_end_once(db: &TestStore) {
    let of_a_key = Session { key: SessionKey::Stored(build::id("key-one")), ..build::session("ses-one") };
    let of_the_configuration = build::session("ses-two");
    let rows = [of_a_key.clone(), of_the_configuration.clone()];
    write(db, move |tx| {
        tx.api_keys().insert(&build::api_key("key-one"))?;
        rows.iter().try_for_each(|session| tx.sessions().insert(session))
    })
    .await;
    let found = async |hash: &'static str| read(db, move |tx| tx.sessions().find_by_token(hash)).await;
    assert_eq!(found("hash of ses-one").await, Some(of_a_key.clone()));
    assert_eq!(found("hash of ses-two").await, Some(of_the_configuration));
    assert_eq!(found("hash of ses-none").await, None);
    let same_token = Session { token_hash: of_a_key.token_hash, ..build::session("ses-three") };
    let refused = attempt(db, move |tx| tx.sessions().insert(&same_token)).await;
    assert_refused!(refused, Duplicate, "session.token");
    assert!(write(db, |tx| tx.sessions().delete(&build::id("ses-one"))).await);
    assert!(!write(db, |tx| tx.sessions().delete(&build::id("ses-one"))).await);
    assert_eq!(found("hash of ses-one").await, None);
}

pub async fn sessions_that_ended_or_lie_idle_are_removed(db: &TestStore) {
    let rows = [
        build::session("ses-used"),
        build::session("ses-idle"),
        Session { expires_at: build::at(150), ..build::session("ses-ended") },
    ];
    write(db, move |tx| rows.iter().try_for_each(|session| tx.sessions().insert(session))).await;
    let used = |at: i64| {
        write(db, move |tx| {
            tx.sessions().record_use(&build::id("ses-used"), build::at(at))?;
            tx.sessions().record_use(&build::id("ses-ended"), build::at(at))
        })
    };
    used(100).await;
    used(90).await;
    let left = async |token: &'static str| {
        read(db, move |tx| tx.sessions().find_by_token(token)).await.map(|session| session.last_used_at)
    };
    assert_eq!(left("hash of ses-used").await, Some(build::at(100)), "an older use changes nothing");
    assert_eq!(write(db, |tx| tx.sessions().prune(build::at(150), build::at(99))).await, 2);
    assert_eq!(left("hash of ses-used").await, Some(build::at(100)));
    assert_eq!(left("hash of ses-idle").await, None);
    assert_eq!(left("hash of ses-ended").await, None);
}
