//! Operations and their items.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::JsonText;
use certctl_domain::certificate::{Certificate, CertificateStatus};
use certctl_domain::operation::{ItemState, Operation, OperationItem, OperationState};
use certctl_repository::{CertificateFilter, OperationFilter, PageRequest, StoreError};

fn operation(id: &str) -> Operation {
    Operation {
        id: build::id(id),
        kind: "bulk_renew".to_owned(),
        state: OperationState::Pending,
        dry_run: true,
        criteria: JsonText::trusted(r#"{"team_id":"t-1"}"#),
        parameters: JsonText::empty_object(),
        requested_by: "ops".to_owned(),
        actor: JsonText::trusted(r#"{"type":"system"}"#),
        total_matched: 4,
        total_done: 1,
        total_skipped: 2,
        total_failed: 3,
        created_at: build::at(1),
        started_at: None,
        paused_at: None,
        finished_at: None,
    }
}

pub async fn operations_come_back_as_stored(db: &TestStore) {
    let first = operation("op-first");
    let last = Operation {
        kind: "bulk_reassign".to_owned(),
        state: OperationState::Completed,
        created_at: build::at(2),
        started_at: Some(build::at(3)),
        finished_at: Some(build::at(4)),
        ..operation("op-last")
    };
    let rows = [first.clone(), last.clone()];
    write(db, move |tx| rows.iter().try_for_each(|row| tx.operations().insert(row))).await;
    assert_eq!(read(db, |tx| tx.operations().find(&build::id("op-last"))).await, Some(last.clone()));
    let again = first.clone();
    assert_refused!(attempt(db, move |tx| tx.operations().insert(&again)).await, Duplicate, "operation.id");
    for (filter, expected) in [
        (OperationFilter::default(), vec!["op-last", "op-first"]),
        (OperationFilter { kind: Some("bulk_renew".to_owned()), state: None }, vec!["op-first"]),
        (OperationFilter { kind: None, state: Some(OperationState::Completed) }, vec!["op-last"]),
    ] {
        let page_of = move |tx: &mut dyn certctl_repository::Tx, page: &certctl_repository::PageRequest| {
            tx.operations().list(&filter, page)
        };
        assert_eq!(walk(db, 1, page_of, |row| row.id.to_string()).await, expected);
    }
    assert_eq!(read(db, |tx| tx.operations().unfinished(5)).await, std::slice::from_ref(&first));

    let mut running = first;
    running.start(build::at(5));
    running.count(ItemState::Done);
    let row = running.clone();
    write(db, move |tx| tx.operations().update(&row)).await;
    let expected = Some(running.clone());
    assert_eq!(read(db, |tx| tx.operations().find(&build::id("op-first"))).await, expected);
    let mut paused = running.clone();
    paused.pause(build::at(6)).unwrap();
    let row = paused.clone();
    write(db, move |tx| tx.operations().update(&row)).await;
    assert_eq!(read(db, |tx| tx.operations().unfinished(5)).await, []);
    for (state, total) in [(OperationState::Paused, 1), (OperationState::Running, 0)] {
        let filter = OperationFilter { kind: None, state: Some(state) };
        let page = read(db, move |tx| tx.operations().list(&filter, &PageRequest::first(5))).await;
        assert_eq!(page.total, total, "{state}");
    }
    paused.resume().unwrap();
    write(db, move |tx| tx.operations().update(&paused)).await;
    // What has ended never changes.
    assert_stale(attempt(db, move |tx| tx.operations().update(&last)).await);
}

pub async fn the_set_is_what_matches_when_it_is_made(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| {
        for id in ["mc-a", "mc-b", "mc-c"] {
            tx.certificates().insert(&build::certificate(id))?;
        }
        let status = CertificateStatus::Archived;
        tx.certificates().insert(&Certificate { status, ..build::certificate("mc-d") })?;
        tx.operations().insert(&operation("op-all"))?;
        tx.operations().insert(&operation("op-some"))
    })
    .await;
    let service = CertificateFilter { without_archived: true, ..CertificateFilter::default() };
    let (all, some) = write(db, move |tx| {
        let all = tx.operations().insert_matching(&build::id("op-all"), &service, None)?;
        let named: Vec<_> = ["mc-b", "mc-d", "mc-none"].map(build::id).to_vec();
        let matching = tx.operations().insert_matching(&build::id("op-some"), &service, Some(&named))?;
        let unknown = tx.operations().unknown(&named)?;
        assert_eq!(unknown, [build::id("mc-none")]);
        let unknown = tx.operations().insert_ids(&build::id("op-some"), &unknown)?;
        let again = tx.operations().insert_ids(&build::id("op-some"), &[build::id("mc-b")])?;
        Ok((all, (matching, unknown, again)))
    })
    .await;
    assert_eq!((all, some), (3, (1, 1, 0)));
    // Later ones are not part of it.
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-e"))).await;
    let items = |id: &'static str, state| {
        walk(
            db,
            1,
            move |tx: &mut dyn certctl_repository::Tx, page: &certctl_repository::PageRequest| {
                tx.operations().items(&build::id(id), state, page)
            },
            |item: &OperationItem| item.certificate_id.to_string(),
        )
    };
    assert_eq!(items("op-all", None).await, ["mc-a", "mc-b", "mc-c"]);
    assert_eq!(items("op-some", Some(ItemState::Pending)).await, ["mc-b", "mc-none"]);
}

pub async fn an_item_ends_once(db: &TestStore) {
    write(db, |tx| {
        tx.operations().insert(&operation("op-1"))?;
        tx.operations().insert_ids(&build::id("op-1"), &["mc-a", "mc-b", "mc-c"].map(build::id))
    })
    .await;
    assert_eq!(
        read(db, |tx| tx.operations().pending(&build::id("op-1"), 2)).await,
        [build::id("mc-a"), build::id("mc-b")]
    );
    let item = OperationItem {
        operation_id: build::id("op-1"),
        certificate_id: build::id("mc-a"),
        state: ItemState::Failed,
        code: Some("no_key_holder".to_owned()),
        message: Some("nobody holds the key".to_owned()),
        result: Some(JsonText::trusted(r#"{"jobs":[]}"#)),
        finished_at: Some(build::at(3)),
    };
    let row = item.clone();
    write(db, move |tx| tx.operations().finish(&row)).await;
    let row = item.clone();
    assert_stale(attempt(db, move |tx| tx.operations().finish(&row)).await);
    assert_eq!(write(db, |tx| tx.operations().cancel_pending(&build::id("op-1"), build::at(4))).await, 2);
    assert_eq!(write(db, |tx| tx.operations().cancel_pending(&build::id("op-1"), build::at(5))).await, 0);
    let page = certctl_repository::PageRequest::first(9);
    let items = read(db, move |tx| tx.operations().items(&build::id("op-1"), None, &page)).await.items;
    assert_eq!(items[0], item);
    assert_eq!((items[1].state, items[1].finished_at), (ItemState::Cancelled, Some(build::at(4))));
    let missing = OperationItem { certificate_id: build::id("mc-z"), ..item };
    assert_stale(attempt(db, move |tx| tx.operations().finish(&missing)).await);
}

pub async fn items_end_together_or_not_at_all(db: &TestStore) {
    write(db, |tx| {
        tx.operations().insert(&operation("op-1"))?;
        tx.operations().insert_ids(&build::id("op-1"), &["mc-a", "mc-b", "mc-c", "mc-d"].map(build::id))
    })
    .await;
    let item = |certificate: &str, code: Option<&str>| OperationItem {
        operation_id: build::id("op-1"),
        certificate_id: build::id(certificate),
        state: if code.is_some() { ItemState::Skipped } else { ItemState::Done },
        code: code.map(str::to_owned),
        message: None,
        result: None,
        finished_at: Some(build::at(3)),
    };
    let some = [item("mc-a", None), item("mc-b", None), item("mc-c", Some("archived"))];
    let rows = some.clone();
    write(db, move |tx| tx.operations().finish_all(&rows)).await;
    // One of them has ended before.
    let again = [item("mc-d", None), item("mc-c", None)];
    assert_stale(attempt(db, move |tx| tx.operations().finish_all(&again)).await);
    let found =
        read(db, |tx| tx.operations().items(&build::id("op-1"), None, &PageRequest::first(9))).await.items;
    assert_eq!(found[..3], some);
    assert_eq!(found[3].state, ItemState::Pending);
}

pub async fn an_ended_operation_goes_in_steps(db: &TestStore) {
    let ended = |id, finished: Option<i64>| Operation {
        state: finished.map_or(OperationState::Pending, |_| OperationState::Completed),
        finished_at: finished.map(build::at),
        ..operation(id)
    };
    write(db, move |tx| {
        for row in [ended("op-old", Some(10)), ended("op-new", Some(20)), ended("op-live", None)] {
            tx.operations().insert(&row)?;
            let ids = ["mc-a", "mc-b", "mc-c"].map(build::id);
            tx.operations().insert_ids(&row.id, &ids)?;
        }
        Ok(())
    })
    .await;
    let prune = async || write(db, |tx| tx.operations().prune(build::at(20), 2)).await;
    assert_eq!((prune().await, prune().await, prune().await), (Some(false), Some(true), None));
    let left = async |id: &'static str| {
        read(db, move |tx| {
            Ok((
                tx.operations().find(&build::id(id))?.is_some(),
                tx.operations().pending(&build::id(id), 9)?.len(),
            ))
        })
        .await
    };
    assert_eq!((left("op-old").await, left("op-new").await), ((false, 0), (true, 3)));
    assert_eq!(left("op-live").await, (true, 3));
}
