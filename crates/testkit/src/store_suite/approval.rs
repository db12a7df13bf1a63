//! Approval requests: rows, the one decision, filters.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::approval::{ApprovalRequest, ApprovalState};
use certctl_repository::{ApprovalFilter, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        tx.certificates().insert(&build::certificate("mc-one"))?;
        tx.certificates().insert(&build::certificate("mc-two"))
    })
    .await;
}

fn request(id: &str) -> ApprovalRequest {
    build::approval(id, "mc-one")
}

async fn insert(db: &TestStore, row: ApprovalRequest) -> Result<(), StoreError> {
    attempt(db, move |tx| tx.approvals().insert(&row)).await
}

pub async fn requests_come_back_as_stored(db: &TestStore) {
    seed(db).await;
    let mut row = ApprovalRequest {
        requested_by: "alice-laptop".to_owned(),
        requested_by_principal: Some("alice".to_owned()),
        ..request("ar-one")
    };
    insert(db, row.clone()).await.unwrap();
    assert_eq!(read(db, |tx| tx.approvals().find(&build::id("ar-one"))).await, Some(row.clone()));
    let job = row.job_id.clone();
    assert_eq!(read(db, move |tx| tx.approvals().of_job(&job)).await, Some(row.clone()));
    assert_eq!(read(db, |tx| tx.approvals().find(&build::id("ar-none"))).await, None);
    assert_eq!(read(db, |tx| tx.approvals().of_job(&build::id("job-none"))).await, None);

    assert!(row.decide(ApprovalState::Rejected, "bob", Some("not this week".to_owned()), build::at(9)));
    let decided = row.clone();
    write(db, move |tx| tx.approvals().decide(&decided)).await;
    assert_eq!(read(db, |tx| tx.approvals().find(&build::id("ar-one"))).await, Some(row));
}

pub async fn a_job_has_one_request_about_a_certificate_that_exists(db: &TestStore) {
    seed(db).await;
    insert(db, request("ar-one")).await.unwrap();
    let same_job = ApprovalRequest { job_id: request("ar-one").job_id, ..request("ar-two") };
    assert_refused!(insert(db, same_job).await, Duplicate, "approval.job_id");
    let same_id = ApprovalRequest { job_id: build::id("job-other"), ..request("ar-one") };
    assert_refused!(insert(db, same_id).await, Duplicate, "approval.id");
    let orphan = build::approval("ar-three", "mc-none");
    assert_refused!(insert(db, orphan).await, Missing, "approval.certificate_id");
}

pub async fn a_request_is_decided_once(db: &TestStore) {
    seed(db).await;
    insert(db, request("ar-one")).await.unwrap();
    let decide = |state, by: &'static str| {
        attempt(db, move |tx| {
            let mut row = request("ar-one");
            assert!(row.decide(state, by, None, build::at(5)));
            tx.approvals().decide(&row)
        })
    };
    let (a, b) = tokio::join!(decide(ApprovalState::Approved, "bob"), decide(ApprovalState::Rejected, "eve"));
    assert!(a.is_ok() != b.is_ok(), "one of two wins: {a:?} {b:?}");
    assert_stale(if a.is_ok() { b } else { a });
    assert_stale(decide(ApprovalState::Expired, "system-reaper").await);
}

pub async fn a_list_is_filtered_by_every_field(db: &TestStore) {
    seed(db).await;
    write(db, |tx| {
        let mut approved = ApprovalRequest { created_at: build::at(3), ..request("ar-approved") };
        assert!(approved.decide(ApprovalState::Approved, "bob", None, build::at(4)));
        let rows = [
            request("ar-plain"),
            ApprovalRequest { created_at: build::at(1), ..build::approval("ar-other", "mc-two") },
            ApprovalRequest {
                requested_by: "alice".to_owned(),
                created_at: build::at(2),
                ..request("ar-alice")
            },
            approved,
        ];
        rows.iter().try_for_each(|row| tx.approvals().insert(row))
    })
    .await;
    let all = ApprovalFilter::default();
    for (filter, expected) in [
        (all.clone(), vec!["ar-approved", "ar-alice", "ar-other", "ar-plain"]),
        (ApprovalFilter { state: Some(ApprovalState::Approved), ..all.clone() }, vec!["ar-approved"]),
        (ApprovalFilter { certificate_id: Some(build::id("mc-two")), ..all.clone() }, vec!["ar-other"]),
        (ApprovalFilter { requested_by: Some("alice".to_owned()), ..all }, vec!["ar-alice"]),
    ] {
        let wanted = filter.clone();
        let found = walk(db, 3, move |tx, page| tx.approvals().list(&wanted, page), |row| row.id.to_string());
        assert_eq!(found.await, expected, "{filter:?}");
    }
}

pub async fn effects_follow_a_commit_and_nothing_else(db: &TestStore) {
    let count = Arc::new(AtomicU32::new(0));
    let run = |fails: bool| {
        let count = Arc::clone(&count);
        attempt(db, move |tx| {
            let count = Arc::clone(&count);
            tx.after_commit(Box::new(move || {
                count.fetch_add(1, Ordering::SeqCst);
            }));
            if fails { Err(StoreError::Stale) } else { Ok(()) }
        })
    };
    run(true).await.unwrap_err();
    assert_eq!(count.load(Ordering::SeqCst), 0);
    run(false).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}
