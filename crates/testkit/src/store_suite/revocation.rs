//! Revocations, CRLs and forbidden keys.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::crl::{CrlEvent, CrlHead, CrlKind, CrlSlot, DeltaBase, StoredCrl};
use certctl_domain::id::IssuerId;
use certctl_domain::ledger::{Issuance, IssuanceState};
use certctl_domain::revocation::{IssuerNotice, Revocation, RevocationReason};
use certctl_repository::{EntryScope, RevocationFilter, StoreError, Tx};

fn issuer() -> IssuerId {
    build::id(build::ISSUER)
}

fn revocation(id: &str, serial: &str, generation: i64) -> Revocation {
    Revocation {
        id: build::id(id),
        issuer_id: issuer(),
        serial_number: serial.to_owned(),
        certificate_id: None,
        reason: RevocationReason::Superseded,
        invalidity_date: None,
        revoked_by: "ops".to_owned(),
        revoked_at: build::at(generation),
        not_after: build::at(1000),
        released_at: None,
        crl_shard: 0,
        generation,
        notice: IssuerNotice { notified: true, ..IssuerNotice::default() },
        created_at: build::at(generation),
    }
}

/// A revocation of a certificate.
pub(super) fn revoked(certificate: &str) -> Revocation {
    Revocation { certificate_id: Some(build::id(certificate)), ..revocation("rev-one", "0a", 1) }
}

fn full(id: &str) -> Revocation {
    Revocation {
        certificate_id: Some(build::id("mc-one")),
        reason: RevocationReason::CertificateHold,
        invalidity_date: Some(build::at(3)),
        released_at: Some(build::at(9)),
        crl_shard: 7,
        notice: IssuerNotice {
            notified: false,
            attempts: 2,
            next_attempt_at: Some(build::at(20)),
            last_error: Some("the CA is away".to_owned()),
        },
        ..revocation(id, "0a", 1)
    }
}

pub async fn revocations_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.revocations().insert(&[full("rev-full"), revocation("rev-bare", "0b", 2)])
    })
    .await;
    let find = |serial: &'static str| read(db, move |tx| tx.revocations().find(&issuer(), serial));
    assert_eq!(find("0a").await, Some(full("rev-full")));
    assert_eq!(find("0b").await, Some(revocation("rev-bare", "0b", 2)));
    assert_eq!(find("0c").await, None);
    let of_one = read(db, |tx| tx.revocations().of_certificate(&build::id("mc-one"))).await;
    assert_eq!(of_one, [full("rev-full")]);

    let changed = Revocation { released_at: None, generation: 3, ..full("rev-full") };
    let row = changed.clone();
    write(db, move |tx| tx.revocations().update(&row)).await;
    assert_eq!(find("0a").await, Some(changed));
    assert_stale(attempt(db, |tx| tx.revocations().update(&revocation("rev-none", "0d", 1))).await);
}

pub async fn a_serial_number_is_revoked_once_per_issuer(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.revocations().insert(&[revocation("rev-one", "0a", 1)])).await;
    let again = attempt(db, |tx| tx.revocations().insert(&[revocation("rev-two", "0a", 2)])).await;
    assert_refused!(again, Duplicate, "revocation.serial_number");
    let orphan = Revocation { issuer_id: build::id("iss-none"), ..revocation("rev-three", "0b", 1) };
    let orphan = attempt(db, move |tx| tx.revocations().insert(std::slice::from_ref(&orphan))).await;
    assert_refused!(orphan, Missing, "revocation.issuer_id");
}

pub async fn revocations_are_found_by_every_filter(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.revocations().insert(&[full("rev-full"), revocation("rev-bare", "0b", 2)])
    })
    .await;
    let of = async |filter: RevocationFilter| {
        walk(db, 1, move |tx, page| tx.revocations().list(&filter, page), |row| row.id.to_string()).await
    };
    assert_eq!(of(RevocationFilter::default()).await, ["rev-bare", "rev-full"]);
    let full = [
        RevocationFilter { certificate_id: Some(build::id("mc-one")), ..RevocationFilter::default() },
        RevocationFilter { reason: Some(RevocationReason::CertificateHold), ..RevocationFilter::default() },
        RevocationFilter { issuer_notified: Some(false), ..RevocationFilter::default() },
        RevocationFilter { in_force: Some(false), ..RevocationFilter::default() },
        RevocationFilter { crl_shard: Some(7), ..RevocationFilter::default() },
    ];
    for filter in full {
        assert_eq!(of(filter).await, ["rev-full"]);
    }
    let elsewhere =
        RevocationFilter { issuer_id: Some(build::id("iss-none")), ..RevocationFilter::default() };
    assert!(of(elsewhere).await.is_empty());
    let in_force = RevocationFilter { in_force: Some(true), ..RevocationFilter::default() };
    assert_eq!(of(in_force).await, ["rev-bare"]);
    for (from, count) in [(1000, 2), (1001, 0)] {
        let filter =
            RevocationFilter { not_after_from: Some(build::at(from)), ..RevocationFilter::default() };
        assert_eq!(of(filter).await.len(), count, "{from}");
    }
}

pub async fn changes_are_counted_and_followed(db: &TestStore) {
    seed_basics(db.store()).await;
    assert_eq!(read(db, |tx| tx.revocations().generation(&issuer())).await, 0);
    let next = || write(db, |tx| tx.revocations().next_generation(&issuer()));
    assert_eq!((next().await, next().await), (1, 2));
    // Numbers of CRLs are counted beside, not with them.
    let number = || write(db, |tx| tx.crls().next_number(&issuer()));
    assert_eq!((number().await, number().await), (1, 2));
    assert_eq!(read(db, |tx| tx.revocations().generation(&issuer())).await, 2);
    assert_eq!(read(db, |tx| tx.revocations().generations()).await, [(issuer(), 2)]);
    write(db, |tx| {
        let rows = [("rev-a", "0c", 1), ("rev-b", "0b", 2), ("rev-c", "0a", 2)];
        tx.revocations().insert(&rows.map(|(id, serial, generation)| revocation(id, serial, generation)))
    })
    .await;
    let since = async |generation: i64| {
        let rows = read(db, move |tx| tx.revocations().changed_since(&issuer(), generation, 10)).await;
        rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(since(0).await, ["rev-a", "rev-b", "rev-c"]);
    assert_eq!(since(1).await, ["rev-b", "rev-c"]);
    assert!(since(2).await.is_empty());
}

pub async fn a_crl_lists_what_is_in_force_and_not_over(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        let over = Revocation { not_after: build::at(10), ..revocation("rev-over", "01", 1) };
        let released = Revocation {
            reason: RevocationReason::CertificateHold,
            released_at: Some(build::at(4)),
            ..revocation("rev-free", "02", 1)
        };
        let shard = Revocation { crl_shard: 3, ..revocation("rev-part", "04", 1) };
        tx.revocations().insert(&[over, released, revocation("rev-in", "03", 1), shard])
    })
    .await;
    let serials = async |shard: Option<u32>, after: &'static str, limit: u32| {
        let entries = read(db, move |tx| {
            let issuer = issuer();
            let scope = EntryScope { issuer: &issuer, shard, not_after_from: build::at(11) };
            tx.revocations().entries(scope, after, limit)
        });
        entries.await.into_iter().map(|entry| entry.serial_number).collect::<Vec<_>>()
    };
    assert_eq!(serials(None, "", 10).await, ["03", "04"]);
    assert_eq!(serials(None, "", 1).await, ["03"]);
    assert_eq!(serials(None, "03", 10).await, ["04"]);
    assert_eq!(serials(Some(3), "", 10).await, ["04"]);
    assert_eq!(serials(Some(0), "", 10).await, ["03"]);
}

pub async fn the_ca_is_told_when_it_is_time(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        let waiting = |id, serial, at| Revocation {
            notice: IssuerNotice { next_attempt_at: Some(build::at(at)), ..IssuerNotice::default() },
            ..revocation(id, serial, 1)
        };
        tx.revocations().insert(&[
            waiting("rev-late", "01", 30),
            waiting("rev-soon", "02", 20),
            revocation("rev-told", "03", 1),
        ])
    })
    .await;
    let due = async |at: i64| {
        let rows = read(db, move |tx| tx.revocations().to_notify(build::at(at), 10)).await;
        rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>()
    };
    assert!(due(19).await.is_empty());
    assert_eq!(due(30).await, ["rev-soon", "rev-late"]);
    let told = IssuerNotice { notified: true, attempts: 1, ..IssuerNotice::default() };
    let notice = told.clone();
    write(db, move |tx| tx.revocations().record_notice(&build::id("rev-soon"), &notice)).await;
    assert_eq!(due(30).await, ["rev-late"]);
    let found = read(db, |tx| tx.revocations().find(&issuer(), "02")).await.unwrap();
    assert_eq!(found.notice, told);
}

pub async fn a_key_is_forbidden_for_good(db: &TestStore) {
    let blocked = || read(db, |tx| tx.revocations().blocked_keys(&["spki", "another"]));
    assert!(blocked().await.is_empty());
    for by in ["first", "second"] {
        write(db, move |tx| tx.revocations().block_keys(&["spki"], "keyCompromise", by, build::at(1))).await;
    }
    assert_eq!(blocked().await, ["spki"]);
}

pub async fn what_was_issued_for_a_key_is_found(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        let row = |id: &str, key: &str, end: i64| Issuance {
            state: IssuanceState::Issued,
            spki_sha256: Some(key.to_owned()),
            crl_shard: 4,
            not_after: Some(build::at(end)),
            finished_at: Some(build::at(1)),
            ..build::issuance(id)
        };
        tx.ledger().record(&row("is-one", "spki", 50))?;
        tx.ledger().record(&row("is-over", "spki", 5))?;
        tx.ledger().record(&row("is-other", "other", 50))?;
        tx.ledger().record(&Issuance { spki_sha256: Some("spki".to_owned()), ..build::issuance("is-open") })
    })
    .await;
    let found = read(db, |tx| tx.ledger().issued_for_key("spki", build::at(10), 10)).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id.as_str(), found[0].crl_shard), ("is-one", 4));
}

fn crl(number: i64, shard: u32, kind: CrlKind) -> StoredCrl {
    StoredCrl {
        head: CrlHead {
            slot: CrlSlot { issuer_id: issuer(), authority: "ca".to_owned(), shard, kind },
            number,
            base: (kind == CrlKind::Delta).then_some(DeltaBase { number: 1, generation: 4 }),
            generation: 5,
            revoked_count: 2,
            this_update: build::at(1),
            next_update: build::at(2),
            generated_at: build::at(3),
            generation_duration_ms: 4,
        },
        der: vec![0x30, u8::try_from(number).unwrap_or(0)],
    }
}

pub async fn a_newer_crl_replaces_an_older_one_and_never_the_other_way(db: &TestStore) {
    seed_basics(db.store()).await;
    let put = |crl: StoredCrl| write(db, move |tx| tx.crls().put(&crl));
    assert!(put(crl(2, 0, CrlKind::Base)).await);
    assert!(!put(crl(1, 0, CrlKind::Base)).await);
    assert!(!put(crl(2, 0, CrlKind::Base)).await);
    assert!(put(crl(3, 0, CrlKind::Base)).await);
    assert!(put(crl(4, 0, CrlKind::Delta)).await);
    assert!(put(crl(5, 1, CrlKind::Base)).await);
    let slot = |shard, kind| crl(0, shard, kind).head.slot;
    let newest = read(db, move |tx| tx.crls().find(&slot(0, CrlKind::Base))).await;
    assert_eq!(newest, Some(crl(3, 0, CrlKind::Base)));
    let delta = read(db, move |tx| tx.crls().head(&slot(0, CrlKind::Delta))).await;
    assert_eq!(delta, Some(crl(4, 0, CrlKind::Delta).head));
    let numbers = async |of: Option<IssuerId>| {
        let heads = read(db, move |tx| tx.crls().heads(of.as_ref())).await;
        heads.iter().map(|head| head.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None).await, [3, 4, 5]);
    assert_eq!(numbers(Some(issuer())).await, [3, 4, 5]);
    assert!(numbers(Some(build::id("iss-none"))).await.is_empty());
    write(db, move |tx| tx.crls().remove(&slot(1, CrlKind::Base))).await;
    assert_eq!(numbers(None).await, [3, 4]);
}

pub async fn racing_builders_get_numbers_of_their_own(db: &TestStore) {
    seed_basics(db.store()).await;
    let number = || write(db, |tx| tx.crls().next_number(&issuer()));
    let (a, b, c, d) = tokio::join!(number(), number(), number(), number());
    let mut numbers = [a, b, c, d];
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4]);
}

pub async fn attempts_are_remembered_for_a_while(db: &TestStore) {
    seed_basics(db.store()).await;
    let event = |id: &str, second: i64, error: Option<&str>| CrlEvent {
        id: build::id(id),
        issuer_id: issuer(),
        shard: 1,
        kind: CrlKind::Base,
        number: 3,
        revoked_count: 4,
        duration_ms: 5,
        started_at: build::at(second),
        error: error.map(str::to_owned),
    };
    let (good, bad) = (event("crlev-good", 1, None), event("crlev-bad", 2, Some("no key")));
    let rows = [good.clone(), bad.clone()];
    write(db, move |tx: &mut dyn Tx| {
        for row in &rows {
            tx.crls().add_event(row)?;
        }
        Ok::<_, StoreError>(())
    })
    .await;
    let newest = |limit| read(db, move |tx| tx.crls().events(&issuer(), limit));
    assert_eq!(newest(10).await, [bad.clone(), good]);
    assert_eq!(newest(1).await, std::slice::from_ref(&bad));
    assert_eq!(write(db, |tx| tx.crls().purge_events(build::at(2), 10)).await, 1);
    assert_eq!(newest(10).await, [bad]);
}
