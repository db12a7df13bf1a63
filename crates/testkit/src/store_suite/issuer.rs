//! Issuers and CA keys.

use super::{assert_refused, assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::JsonText;
use certctl_domain::ca_key::{CaKey, CaKeyState};
use certctl_domain::issuer::{ConnectorSource, Issuer, IssuerKind, TestStatus};
use certctl_repository::{IssuerFilter, PageRequest, StoreError};

pub async fn issuers_come_back_as_stored(db: &TestStore) {
    let issuer = Issuer {
        public_config: JsonText::trusted(r#"{"validity_days":{"set":true}}"#),
        sealed_config: Some(vec![0, 255, 1]),
        enabled: false,
        last_tested_at: Some(build::at(3)),
        test_status: TestStatus::Failed,
        source: ConnectorSource::Env,
        revision: 4,
        created_at: build::at(1),
        updated_at: build::at(2),
        ..build::issuer("iss-odd")
    };
    let row = issuer.clone();
    write(db, move |tx| tx.issuers().insert(&row)).await;
    assert_eq!(read(db, |tx| tx.issuers().find(&build::id("iss-odd"))).await, Some(issuer.clone()));
    let page = read(db, |tx| tx.issuers().list(&IssuerFilter::default(), &PageRequest::first(5))).await;
    assert_eq!((page.items, page.total), (vec![issuer.clone()], 1));
    for (kind, enabled, found) in [
        (Some(IssuerKind::GenericCa), Some(issuer.enabled), 1),
        (Some(IssuerKind::GenericCa), Some(!issuer.enabled), 0),
        (None, Some(issuer.enabled), 1),
    ] {
        let filter = IssuerFilter { kind, enabled };
        let page = read(db, move |tx| tx.issuers().list(&filter, &PageRequest::first(5))).await;
        assert_eq!(page.total, found, "{filter:?}");
    }
    let row = Issuer { name: "other".to_owned(), ..issuer.clone() };
    assert_refused!(attempt(db, move |tx| tx.issuers().insert(&row)).await, Duplicate, "issuer.id");
    let row = Issuer { id: build::id("iss-other"), ..issuer };
    assert_refused!(attempt(db, move |tx| tx.issuers().insert(&row)).await, Duplicate, "issuer.name");
}

pub async fn updates_are_guarded_by_the_revision(db: &TestStore) {
    let basics = seed_basics(db.store()).await;
    let mut issuer = Issuer { enabled: false, sealed_config: Some(vec![7]), ..basics.issuer.clone() };
    let updated = write(db, move |tx| {
        let mut issuer = issuer.clone();
        tx.issuers().update(&mut issuer)?;
        Ok(issuer)
    });
    issuer = updated.await;
    assert_eq!(issuer.revision, basics.issuer.revision + 1);
    let id = issuer.id.clone();
    assert_eq!(read(db, move |tx| tx.issuers().find(&id)).await, Some(issuer.clone()));

    let old = basics.issuer.clone();
    assert_stale(attempt(db, move |tx| tx.issuers().update(&mut old.clone())).await);

    let id = issuer.id.clone();
    write(db, move |tx| tx.issuers().record_test(&id, TestStatus::Success, build::at(9))).await;
    let id = issuer.id.clone();
    let tested = read(db, move |tx| tx.issuers().find(&id)).await.unwrap();
    assert_eq!((tested.test_status, tested.last_tested_at), (TestStatus::Success, Some(build::at(9))));
    assert_eq!(tested.revision, issuer.revision);
    assert_stale(
        attempt(db, |tx| tx.issuers().record_test(&build::id("iss-none"), TestStatus::Failed, build::at(9)))
            .await,
    );

    write(db, |tx| tx.issuers().insert(&build::issuer("iss-second"))).await;
    let renamed = Issuer { name: build::issuer("iss-second").name, ..issuer };
    assert_refused!(
        attempt(db, move |tx| tx.issuers().update(&mut renamed.clone())).await,
        Duplicate,
        "issuer.name"
    );
}

pub async fn only_unused_issuers_are_deleted(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-web"))?;
        tx.issuers().insert(&build::issuer("iss-ledger"))?;
        let mut issuance = build::issuance("is-one");
        issuance.issuer_id = build::id("iss-ledger");
        tx.ledger().record(&issuance)?;
        tx.issuers().insert(&build::issuer("iss-free"))?;
        tx.ca_keys().insert(&CaKey { issuer_id: build::id("iss-free"), ..build::ca_key("cak-free") })
    })
    .await;
    for (id, used) in [(build::ISSUER, (1, 0)), ("iss-ledger", (0, 1)), ("iss-free", (0, 0))] {
        let counts = read(db, move |tx| {
            Ok((tx.issuers().certificates(&build::id(id))?, tx.issuers().issuances(&build::id(id))?))
        });
        assert_eq!(counts.await, used, "{id}");
    }
    let deleted = attempt(db, |tx| tx.issuers().delete(&build::id(build::ISSUER))).await;
    assert_refused!(deleted, InUse, "certificate.issuer_id");
    let deleted = attempt(db, |tx| tx.issuers().delete(&build::id("iss-ledger"))).await;
    assert_refused!(deleted, InUse, "issuance.issuer_id");
    write(db, |tx| tx.issuers().delete(&build::id("iss-free"))).await;
    let left = read(db, |tx| {
        Ok((tx.issuers().find(&build::id("iss-free"))?, tx.ca_keys().list(&build::id("iss-free"))?))
    });
    assert_eq!(left.await, (None, Vec::new()));
    assert_stale(attempt(db, |tx| tx.issuers().delete(&build::id("iss-free"))).await);
}

pub async fn ca_keys_come_back_and_one_is_active(db: &TestStore) {
    seed_basics(db.store()).await;
    let retired = CaKey { state: CaKeyState::Retired, ..build::ca_key("cak-old") };
    let active = CaKey { created_at: build::at(5), ..build::ca_key("cak-new") };
    let rows = [retired.clone(), active.clone()];
    write(db, move |tx| rows.iter().try_for_each(|key| tx.ca_keys().insert(key))).await;
    let found = read(db, |tx| {
        Ok((tx.ca_keys().active(&build::id(build::ISSUER))?, tx.ca_keys().list(&build::id(build::ISSUER))?))
    })
    .await;
    assert_eq!(found, (Some(active.clone()), vec![active, retired]));
    assert_refused!(
        attempt(db, |tx| tx.ca_keys().insert(&build::ca_key("cak-third"))).await,
        Duplicate,
        "ca_key.active"
    );
    let orphan = attempt(db, |tx| {
        tx.ca_keys().insert(&CaKey { issuer_id: build::id("iss-none"), ..build::ca_key("cak-orphan") })
    });
    assert_refused!(orphan.await, Missing, "ca_key.issuer_id");
}
