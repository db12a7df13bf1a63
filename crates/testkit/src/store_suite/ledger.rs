//! The issuance ledger.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::certificate::CertificateSource;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_repository::StoreError;

fn finished(id: &str) -> Issuance {
    Issuance {
        state: IssuanceState::Issued,
        job_id: Some(build::id("job-one")),
        names_hash: Some("names".to_owned()),
        source: CertificateSource::Agent,
        tbs_sha256: Some("tbs".to_owned()),
        fingerprint_sha256: Some("print".to_owned()),
        not_before: Some(build::at(1)),
        not_after: Some(build::at(2)),
        recorded_at: build::at(3),
        finished_at: Some(build::at(4)),
        ..build::issuance(id)
    }
}

pub async fn issuances_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.ledger().record(&build::issuance("is-open"))?;
        tx.ledger().record(&Issuance { certificate_id: Some(build::id("mc-one")), ..finished("is-done") })
    })
    .await;
    let find = |serial: &'static str| {
        read(db, move |tx| tx.ledger().find_by_serial(&build::id(build::ISSUER), serial))
    };
    let done = Issuance { certificate_id: Some(build::id("mc-one")), ..finished("is-done") };
    assert_eq!(find("serial of is-done").await, Some(done));
    assert_eq!(find("serial of is-none").await, None);
    let ids = walk(db, 1, |tx, page| tx.ledger().list(page), |issuance| issuance.id.to_string()).await;
    assert_eq!(ids, ["is-done", "is-open"]);
    let orphan = Issuance { issuer_id: build::id("iss-none"), ..build::issuance("is-orphan") };
    assert_refused!(attempt(db, move |tx| tx.ledger().record(&orphan)).await, Missing, "issuance.issuer_id");
}

pub async fn serial_numbers_are_unique_per_issuer(db: &TestStore) {
    seed_basics(db.store()).await;
    let same =
        || Issuance { serial_number: build::issuance("is-one").serial_number, ..build::issuance("is-two") };
    write(db, move |tx| {
        tx.issuers().insert(&build::issuer("iss-two"))?;
        tx.ledger().record(&build::issuance("is-one"))?;
        tx.ledger().record(&Issuance { issuer_id: build::id("iss-two"), ..same() })?;
        // Remote CAs choose later, so many rows may wait for a number.
        tx.ledger().record(&Issuance { serial_number: None, ..build::issuance("is-three") })?;
        tx.ledger().record(&Issuance { serial_number: None, ..build::issuance("is-four") })
    })
    .await;
    let again =
        attempt(db, move |tx| tx.ledger().record(&Issuance { id: build::id("is-five"), ..same() })).await;
    assert_refused!(again, Duplicate, "issuance.serial_number");
}

pub async fn an_intent_is_finished_once(db: &TestStore) {
    seed_basics(db.store()).await;
    let intent = Issuance { serial_number: None, ..build::issuance("is-one") };
    write(db, move |tx| tx.ledger().record(&intent)).await;
    let done = Issuance { recorded_at: build::at(0), ..finished("is-one") };
    let row = done.clone();
    write(db, move |tx| tx.ledger().finish(&row)).await;
    let found =
        read(db, |tx| tx.ledger().find_by_serial(&build::id(build::ISSUER), "serial of is-one")).await;
    assert_eq!(found, Some(done.clone()));
    let abandoned = Issuance { state: IssuanceState::Abandoned, ..done };
    assert_stale(attempt(db, move |tx| tx.ledger().finish(&abandoned)).await);
    assert_stale(attempt(db, |tx| tx.ledger().finish(&finished("is-none"))).await);
}

pub async fn the_intents_of_a_job_are_abandoned(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for (id, job) in [("is-one", "job-one"), ("is-two", "job-one"), ("is-other", "job-two")] {
            tx.ledger().record(&Issuance { job_id: Some(build::id(job)), ..build::issuance(id) })?;
        }
        tx.ledger().record(&finished("is-done"))
    })
    .await;
    let abandon = || write(db, |tx| tx.ledger().abandon_intents(&build::id("job-one"), build::at(7)));
    assert_eq!((abandon().await, abandon().await), (2, 0));
    for (serial, state, finished_at) in [
        ("serial of is-one", IssuanceState::Abandoned, Some(build::at(7))),
        ("serial of is-other", IssuanceState::Intent, None),
        ("serial of is-done", IssuanceState::Issued, Some(build::at(4))),
    ] {
        let found =
            read(db, move |tx| tx.ledger().find_by_serial(&build::id(build::ISSUER), serial)).await.unwrap();
        assert_eq!((found.state, found.finished_at), (state, finished_at), "{serial}");
    }
}

pub async fn what_may_have_been_signed_for_a_set_of_names_is_counted(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        let row = |id: &str, second: i64| Issuance {
            names_hash: Some("www".to_owned()),
            recorded_at: build::at(second),
            ..build::issuance(id)
        };
        let abandoned = |id: &str, second: i64| Issuance {
            state: IssuanceState::Abandoned,
            finished_at: Some(build::at(second)),
            ..row(id, second)
        };
        tx.ledger().record(&row("is-old", 1))?;
        tx.ledger().record(&row("is-open", 2))?;
        tx.ledger().record(&abandoned("is-never-signed", 3))?;
        tx.ledger()
            .record(&Issuance { fingerprint_sha256: Some("bad".to_owned()), ..abandoned("is-refused", 4) })?;
        tx.ledger().record(&Issuance { names_hash: Some("other".to_owned()), ..row("is-other", 5) })?;
        tx.ledger().record(&Issuance { names_hash: None, ..row("is-unknown", 6) })?;
        tx.ledger().record(&Issuance { recorded_at: build::at(7), job_id: None, ..done("is-done") })
    })
    .await;
    let since =
        |second, limit| read(db, move |tx| tx.ledger().issued_for_names("www", build::at(second), limit));
    assert_eq!(since(2, 10).await, [build::at(7), build::at(4), build::at(2)]);
    assert_eq!(since(0, 2).await, [build::at(7), build::at(4)]);
    assert!(since(8, 10).await.is_empty());
}

fn done(id: &str) -> Issuance {
    Issuance { names_hash: Some("www".to_owned()), ..finished(id) }
}
