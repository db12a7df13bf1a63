//! Idempotency keys.

use super::write;
use crate::{TestStore, build};
use certctl_domain::idempotency::{IdempotencyKey, KeptAnswer};

fn key(principal: &str, seconds: i64) -> IdempotencyKey {
    IdempotencyKey {
        principal: principal.to_owned(),
        key: "key-1".to_owned(),
        request: "POST /api/v1/certificates/mc-1/renew".to_owned(),
        body_sha256: "ab".repeat(32),
        answer: None,
        claimed_at: build::at(seconds),
        expires_at: build::at(seconds + 60),
    }
}

async fn claim(db: &TestStore, row: IdempotencyKey) -> Option<IdempotencyKey> {
    write(db, move |tx| tx.idempotency_keys().claim(&row)).await
}

fn answer() -> KeptAnswer {
    KeptAnswer {
        status: 202,
        location: Some("/api/v1/jobs/job-1".to_owned()),
        entity_tag: Some("\"7\"".to_owned()),
        body: "{\"id\":\"job-1\"}".to_owned(),
    }
}

pub async fn a_key_is_taken_once_per_caller_and_keeps_its_answer(db: &TestStore) {
    let first = key("anna", 0);
    assert_eq!(claim(db, first.clone()).await, None);
    assert_eq!(claim(db, key("anna", 1)).await, Some(first.clone()));
    assert_eq!(claim(db, key("otto", 1)).await, None);
    let own = first.clone();
    assert!(write(db, move |tx| tx.idempotency_keys().settle(&own, &answer(), build::at(1_000))).await);
    let kept = IdempotencyKey { answer: Some(answer()), expires_at: build::at(1_000), ..first.clone() };
    assert_eq!(claim(db, key("anna", 999)).await, Some(kept));
    // Settled is settled.
    let own = first.clone();
    assert!(!write(db, move |tx| tx.idempotency_keys().settle(&own, &answer(), build::at(1_000))).await);
    assert!(!write(db, move |tx| tx.idempotency_keys().release(&first)).await);
}

pub async fn an_expired_or_released_key_can_be_taken_again(db: &TestStore) {
    let first = key("anna", 0);
    assert_eq!(claim(db, first.clone()).await, None);
    assert_eq!(claim(db, key("anna", 60)).await, None);
    // The late first run neither keeps nor releases what belongs to the second.
    let late = first.clone();
    assert!(!write(db, move |tx| tx.idempotency_keys().settle(&late, &answer(), build::at(1_000))).await);
    assert!(!write(db, move |tx| tx.idempotency_keys().release(&first)).await);
    assert!(write(db, |tx| tx.idempotency_keys().release(&key("anna", 60))).await);
    assert_eq!(claim(db, key("anna", 61)).await, None);
}

pub async fn expired_keys_are_removed(db: &TestStore) {
    for (principal, seconds) in [("anna", 0), ("otto", 1), ("ida", 100)] {
        assert_eq!(claim(db, key(principal, seconds)).await, None);
    }
    assert_eq!(write(db, |tx| tx.idempotency_keys().prune(build::at(100), 1)).await, 1);
    assert_eq!(write(db, |tx| tx.idempotency_keys().prune(build::at(100), 9)).await, 1);
    assert_eq!(write(db, |tx| tx.idempotency_keys().prune(build::at(100), 9)).await, 0);
    assert!(claim(db, key("ida", 101)).await.is_some());
}
