//! OCSP responders and answers that were signed ahead.

use super::{assert_refused, assert_stale, attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::id::IssuerId;
use certctl_domain::ocsp::{AnswerKey, AnswerStatus, KeptAnswer, OcspResponder};
use certctl_repository::StoreError;

fn issuer() -> IssuerId {
    build::id(build::ISSUER)
}

fn responder(id: &str, created: i64) -> OcspResponder {
    OcspResponder {
        id: build::id(id),
        issuer_id: issuer(),
        authority: "aa".to_owned(),
        certificate_pem: "-----BEGIN CERTIFICATE-----".to_owned(),
        serial_number: format!("{created:02x}"),
        key_algorithm: "ECDSA-256".to_owned(),
        sealed_key: vec![1, 2, 3],
        not_before: build::at(created),
        not_after: build::at(created + 30),
        rotated_from: None,
        superseded_at: None,
        created_at: build::at(created),
    }
}

fn answer(serial: &str, generated: i64) -> KeptAnswer {
    KeptAnswer {
        key: AnswerKey {
            issuer_id: issuer(),
            serial_number: serial.to_owned(),
            authority: "aa".to_owned(),
            hash: "sha1".to_owned(),
        },
        responder_id: build::id("ocspr-one"),
        response_der: vec![0x30, 0],
        status: AnswerStatus::Good,
        revocation_generation: 0,
        this_update: build::at(generated),
        next_update: build::at(generated + 10),
        refresh_at: build::at(generated + 5),
        generated_at: build::at(generated),
    }
}

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.ocsp().insert_responder(&responder("ocspr-one", 1))).await;
}

pub async fn responders_come_back_as_stored(db: &TestStore) {
    seed_basics(db.store()).await;
    let full = OcspResponder {
        rotated_from: Some("7f".to_owned()),
        superseded_at: Some(build::at(4)),
        ..responder("ocspr-full", 2)
    };
    let (one, two) = (responder("ocspr-one", 1), full.clone());
    write(db, move |tx| {
        tx.ocsp().insert_responder(&one)?;
        tx.ocsp().insert_responder(&two)
    })
    .await;
    let all = read(db, |tx| tx.ocsp().responders(Some(&issuer()))).await;
    assert_eq!(all, [full, responder("ocspr-one", 1)]);
    let current = read(db, |tx| tx.ocsp().current_responder(&issuer(), "aa")).await;
    assert_eq!(current, Some(responder("ocspr-one", 1)));
    assert_eq!(read(db, |tx| tx.ocsp().current_responder(&issuer(), "bb")).await, None);
}

pub async fn a_ca_has_one_current_responder_and_keeps_the_former_until_they_end(db: &TestStore) {
    seed(db).await;
    let second = attempt(db, |tx| tx.ocsp().insert_responder(&responder("ocspr-two", 2))).await;
    assert_refused!(second, Duplicate, "ocsp_responder.current");
    write(db, |tx| {
        tx.ocsp().supersede_responder(&build::id("ocspr-one"), build::at(3))?;
        tx.ocsp().insert_responder(&responder("ocspr-two", 2))
    })
    .await;
    let again = attempt(db, |tx| tx.ocsp().supersede_responder(&build::id("ocspr-one"), build::at(4))).await;
    assert_stale(again);
    write(db, |tx| tx.ocsp().keep_answer(&answer("0a", 1))).await;

    assert_eq!(write(db, |tx| tx.ocsp().purge_responders(build::at(31))).await, 0, "it ends in this second");
    assert_eq!(write(db, |tx| tx.ocsp().purge_responders(build::at(1000))).await, 1);
    let left = read(db, |tx| tx.ocsp().responders(Some(&issuer()))).await;
    assert_eq!(left, [responder("ocspr-two", 2)], "the current one stays");
    assert_eq!(read(db, |tx| tx.ocsp().answer(&answer("0a", 1).key)).await, None);
}

pub async fn answers_are_replaced_by_newer_ones_only(db: &TestStore) {
    seed(db).await;
    let newer = KeptAnswer { status: AnswerStatus::Revoked, revocation_generation: 7, ..answer("0a", 2) };
    for kept in [answer("0a", 1), newer.clone(), answer("0a", 1), answer("0b", 1)] {
        write(db, move |tx| tx.ocsp().keep_answer(&kept)).await;
    }
    assert_eq!(read(db, |tx| tx.ocsp().answer(&answer("0a", 1).key)).await, Some(newer));
    let other = AnswerKey { hash: "sha256".to_owned(), ..answer("0a", 1).key };
    assert_eq!(read(db, move |tx| tx.ocsp().answer(&other)).await, None);
    write(db, |tx| tx.ocsp().remove_answer(&answer("0a", 1).key)).await;
    assert_eq!(read(db, |tx| tx.ocsp().answer(&answer("0a", 1).key)).await, None);
}

pub async fn answers_are_signed_anew_in_time_and_go_when_they_end(db: &TestStore) {
    seed(db).await;
    for (serial, generated) in [("0a", 3), ("0b", 1), ("0c", 2), ("0d", 9)] {
        write(db, move |tx| tx.ocsp().keep_answer(&answer(serial, generated))).await;
    }
    let due = read(db, |tx| tx.ocsp().answers_to_refresh(build::at(8), 10)).await;
    assert_eq!(due, [answer("0b", 1), answer("0c", 2), answer("0a", 3)], "the most urgent first");
    assert_eq!(read(db, |tx| tx.ocsp().answers_to_refresh(build::at(8), 2)).await.len(), 2);
    assert_eq!(write(db, |tx| tx.ocsp().purge_answers(build::at(13), 1)).await, 1, "a batch");
    assert_eq!(write(db, |tx| tx.ocsp().purge_answers(build::at(13), 10)).await, 1);
    let left = read(db, |tx| tx.ocsp().answers_to_refresh(build::at(100), 10)).await;
    assert_eq!(left, [answer("0a", 3), answer("0d", 9)]);
}
