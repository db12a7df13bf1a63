//! Live events.

use super::{attempt, read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::event::LiveEvent;
use certctl_domain::job::{JobEvent, JobStatus};
use certctl_repository::{ClaimRequest, StoreError};

async fn kinds(db: &TestStore, after: i64) -> Vec<String> {
    let events = read(db, move |tx| tx.events().after(after, 100)).await;
    assert!(events.is_sorted_by_key(|event| event.id), "{events:?}");
    events
        .into_iter()
        .map(|event| format!("{} {} {}", event.kind, event.resource_type, event.resource_id))
        .collect()
}

pub async fn every_audit_event_is_told(db: &TestStore) {
    assert_eq!(read(db, |tx| tx.events().bounds()).await, None);
    let event = build::audit_event("audit-one");
    let row = event.clone();
    write(db, move |tx| tx.audit().append(&row)).await;
    let told = read(db, |tx| tx.events().after(0, 9)).await;
    let [one] = &told[..] else { panic!("{told:?}") };
    let expected = LiveEvent {
        id: one.id,
        kind: event.action,
        resource_type: event.resource_type,
        resource_id: event.resource_id,
        at: event.timestamp,
    };
    assert_eq!(one, &expected);
    assert_eq!(read(db, |tx| tx.events().bounds()).await, Some((one.id, one.id)));
    let id = one.id;
    assert_eq!(read(db, move |tx| tx.events().numbered(&[id - 1, id, id + 1])).await, told);
}

pub async fn what_is_undone_is_not_told(db: &TestStore) {
    let undone = attempt(db, |tx| {
        tx.audit().append(&build::audit_event("audit-one"))?;
        Err::<(), _>(StoreError::Stale)
    });
    undone.await.unwrap_err();
    assert_eq!(kinds(db, 0).await, [""; 0]);
}

/// Also told when the table of jobs was made anew by a migration, which would lose its triggers.
pub async fn jobs_tell_when_they_are_queued_and_when_their_status_changes(db: &TestStore) {
    seed_basics(db.store()).await;
    let start = read(db, |tx| tx.events().bounds()).await.map_or(0, |(_, last)| last);
    let job = build::job("job-one");
    write(db, move |tx| tx.jobs().insert(&job)).await;
    assert_eq!(kinds(db, start).await, ["job_queued job job-one"]);
    let request =
        ClaimRequest { owner: "server".to_owned(), at: build::at(9), until: build::at(99), limit: 9 };
    let claimed = write(db, move |tx| tx.jobs().claim_for_server(&request)).await;
    let [job] = &claimed[..] else { panic!("{claimed:?}") };
    assert_eq!(job.status, JobStatus::Running);
    let (id, token) = (job.id.clone(), job.lease_token);
    assert!(write(db, move |tx| tx.jobs().extend_lease(&id, token, build::at(199))).await);
    assert_eq!(kinds(db, start).await, ["job_queued job job-one", "job_status_changed job job-one"]);
    let mut job = job.clone();
    job.apply(JobEvent::Cancelled, build::at(10)).unwrap();
    write(db, move |tx| tx.jobs().update(&mut job.clone())).await;
    assert_eq!(kinds(db, start).await.len(), 3);
}

pub async fn old_events_go_but_never_the_newest(db: &TestStore) {
    write(db, |tx| {
        for n in 0..5 {
            let mut event = build::audit_event(&format!("audit-{n}"));
            event.timestamp = build::at(n);
            tx.audit().append(&event)?;
        }
        Ok(())
    })
    .await;
    let (first, last) = read(db, |tx| tx.events().bounds()).await.unwrap();
    assert_eq!(last - first, 4);
    assert_eq!(write(db, |tx| tx.events().prune(build::at(2), 1)).await, 1);
    assert_eq!(write(db, |tx| tx.events().prune(build::at(2), 9)).await, 1);
    assert_eq!(write(db, |tx| tx.events().prune(build::at(2), 9)).await, 0);
    assert_eq!(read(db, |tx| tx.events().bounds()).await, Some((first + 2, last)));
    assert_eq!(write(db, |tx| tx.events().prune(build::at(99), 9)).await, 2);
    assert_eq!(read(db, |tx| tx.events().bounds()).await, Some((last, last)));
    // A number is not used twice, however many rows went.
    write(db, |tx| tx.audit().append(&build::audit_event("audit-new"))).await;
    assert_eq!(read(db, |tx| tx.events().bounds()).await, Some((last, last + 1)));
}
