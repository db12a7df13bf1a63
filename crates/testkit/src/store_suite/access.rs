//! API keys, enrolment tokens and sealed columns.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::access::Role;
use certctl_domain::api_key::ApiKey;
use certctl_domain::enrolment::EnrolmentToken;
use certctl_domain::issuer::Issuer;
use certctl_domain::target::Target;
use certctl_repository::{PageRequest, SealedColumn, StoreError};

pub async fn api_keys_come_back_and_are_revoked_once(db: &TestStore) {
    let key = ApiKey {
        role: Role::Approver,
        created_at: build::at(1),
        expires_at: Some(build::at(99)),
        last_used_at: Some(build::at(7)),
        ..build::api_key("key-one")
    };
    let newer = ApiKey { created_at: build::at(2), ..build::api_key("key-two") };
    let rows = [key.clone(), newer.clone()];
    write(db, move |tx| rows.iter().try_for_each(|key| tx.api_keys().insert(key))).await;
    assert_eq!(read(db, |tx| tx.api_keys().find_by_token("hash of key-one")).await, Some(key.clone()));
    assert_eq!(read(db, |tx| tx.api_keys().find_by_token("hash of key-none")).await, None);
    let page = PageRequest::first(9);
    assert_eq!(read(db, move |tx| tx.api_keys().list(&page)).await.items, [newer, key.clone()]);
    let ids = walk(db, 1, |tx, page| tx.api_keys().list(page), |key| key.id.to_string()).await;
    assert_eq!(ids, ["key-two", "key-one"]);
    assert_eq!(read(db, |tx| tx.api_keys().find(&build::id("key-one"))).await, Some(key.clone()));
    assert_eq!(read(db, |tx| tx.api_keys().find(&build::id("key-none"))).await, None);

    let same_id = ApiKey { id: build::id("key-one"), ..build::api_key("key-other") };
    assert_refused!(attempt(db, move |tx| tx.api_keys().insert(&same_id)).await, Duplicate, "api_key.id");
    let same_name = || ApiKey { name: build::api_key("key-one").name, ..build::api_key("key-three") };
    assert_refused!(
        attempt(db, move |tx| tx.api_keys().insert(&same_name())).await,
        Duplicate,
        "api_key.name"
    );
    let same_token = ApiKey { token_hash: key.token_hash.clone(), ..build::api_key("key-four") };
    assert_refused!(
        attempt(db, move |tx| tx.api_keys().insert(&same_token)).await,
        Duplicate,
        "api_key.token"
    );

    write(db, |tx| tx.api_keys().revoke(&build::id("key-one"), build::at(5))).await;
    assert_stale(attempt(db, |tx| tx.api_keys().revoke(&build::id("key-one"), build::at(6))).await);
    let revoked = read(db, |tx| tx.api_keys().find_by_token("hash of key-one")).await;
    assert_eq!(revoked, Some(ApiKey { revoked_at: Some(build::at(5)), ..key }));
    write(db, move |tx| tx.api_keys().insert(&same_name())).await;
}

pub async fn a_use_of_a_key_is_recorded_once_a_minute(db: &TestStore) {
    write(db, |tx| tx.api_keys().insert(&build::api_key("key-one"))).await;
    let used = async |at: i64| {
        write(db, move |tx| {
            tx.api_keys().record_use(&build::id("key-one"), build::at(at), build::at(at - 60))?;
            tx.api_keys().record_use(&build::id("key-none"), build::at(at), build::at(at - 60))
        })
        .await;
        let key = read(db, |tx| tx.api_keys().find(&build::id("key-one"))).await;
        key.and_then(|key| key.last_used_at)
    };
    assert_eq!(used(100).await, Some(build::at(100)));
    assert_eq!(used(159).await, Some(build::at(100)));
    assert_eq!(used(160).await, Some(build::at(160)));
}

pub async fn usable_admin_keys_are_known(db: &TestStore) {
    let admin = |id: &str| ApiKey { role: Role::Admin, ..build::api_key(id) };
    let rows = [
        admin("key-a"),
        ApiKey { expires_at: Some(build::at(10)), ..admin("key-ending") },
        ApiKey { revoked_at: Some(build::at(1)), ..admin("key-revoked") },
        build::api_key("key-operator"),
    ];
    write(db, move |tx| rows.iter().try_for_each(|key| tx.api_keys().insert(key))).await;
    let usable = async |at: i64| {
        let ids = write(db, move |tx| tx.api_keys().lock_usable_admins(build::at(at))).await;
        ids.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(usable(9).await, ["key-a", "key-ending"]);
    assert_eq!(usable(10).await, ["key-a"]);
}

pub async fn enrolment_tokens_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    let token =
        EnrolmentToken { agent_id: Some(build::id(build::AGENT)), ..build::enrolment_token("et-one") };
    let row = token.clone();
    write(db, move |tx| tx.enrolment_tokens().insert(&row)).await;
    let found = read(db, |tx| tx.enrolment_tokens().find_by_token("hash of et-one")).await;
    assert_eq!(found, Some(token.clone()));
    let orphan =
        EnrolmentToken { agent_id: Some(build::id("agent-none")), ..build::enrolment_token("et-two") };
    let refused = attempt(db, move |tx| tx.enrolment_tokens().insert(&orphan)).await;
    assert_refused!(refused, Missing, "enrolment_token.agent_id");
    let same = EnrolmentToken { token_hash: token.token_hash, ..build::enrolment_token("et-three") };
    let refused = attempt(db, move |tx| tx.enrolment_tokens().insert(&same)).await;
    assert_refused!(refused, Duplicate, "enrolment_token.token");
}

pub async fn a_token_is_used_once(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.enrolment_tokens().insert(&build::enrolment_token("et-one"))).await;
    let use_it = || {
        attempt(db, |tx| {
            tx.enrolment_tokens().mark_used(&build::id("et-one"), &build::id(build::AGENT), build::at(1))
        })
    };
    let (first, second, third) = tokio::join!(use_it(), use_it(), use_it());
    let won = [&first, &second, &third].into_iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1, "{first:?} {second:?} {third:?}");
    assert_stale(use_it().await);
    let used = read(db, |tx| tx.enrolment_tokens().find_by_token("hash of et-one")).await.unwrap();
    assert_eq!((used.used_at, used.used_by), (Some(build::at(1)), Some(build::id(build::AGENT))));
}

pub async fn sealed_columns_are_read_in_batches_and_exchanged_when_unchanged(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for n in 0_u8..3 {
            let id = format!("iss-sealed{n}");
            tx.issuers().insert(&Issuer { sealed_config: Some(vec![n]), ..build::issuer(&id) })?;
            let id = format!("tgt-sealed{n}");
            tx.targets().insert(&Target { sealed_config: Some(vec![n]), ..build::target(&id) })?;
        }
        tx.ca_keys().insert(&build::ca_key("cak-one"))?;
        tx.channels().insert(&build::channel("nc-sealed"))?;
        tx.audit_chain().add_key(&build::audit_key("key"))
    })
    .await;
    // Responders have a case of their own.
    for column in SealedColumn::ALL.into_iter().filter(|column| *column != SealedColumn::OcspResponder) {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let from = after.clone();
            let batch = read(db, move |tx| tx.secrets().batch(column, &from, 2)).await;
            let Some(last) = batch.last() else { break };
            after.clone_from(&last.id);
            seen.extend(batch);
        }
        let several = matches!(column, SealedColumn::IssuerConfig | SealedColumn::TargetConfig);
        assert_eq!(seen.len(), if several { 3 } else { 1 }, "{column:?}");
        assert!(seen.is_sorted_by(|a, b| a.id < b.id));
        for row in seen {
            let (id, old) = (row.id.clone(), row.sealed.clone());
            write(db, move |tx| tx.secrets().replace(column, &id, &old, b"new")).await;
            // Whoever read the old value lost the race.
            assert_stale(
                attempt(db, move |tx| tx.secrets().replace(column, &row.id, &row.sealed, b"late")).await,
            );
        }
        let first = read(db, move |tx| tx.secrets().batch(column, "", 1)).await;
        assert_eq!(first.first().map(|row| row.sealed.as_slice()), Some(&b"new"[..]));
    }
}
