//! What a transaction promises.

use super::{attempt, read, write};
use crate::{TestStore, build};
use certctl_repository::StoreError;
use std::sync::Arc;

async fn teams(db: &TestStore) -> u64 {
    read(db, |tx| tx.teams().list(&certctl_repository::PageRequest::first(1))).await.total
}

pub async fn an_error_leaves_nothing(db: &TestStore) {
    #[derive(Debug)]
    enum Refusal {
        Business,
        Store(StoreError),
    }
    impl From<StoreError> for Refusal {
        fn from(error: StoreError) -> Self {
            Self::Store(error)
        }
    }
    let outcome: Result<(), Refusal> = db
        .store()
        .write("test.refused", |tx| {
            tx.teams().insert(&build::team("t-one"))?;
            Err(Refusal::Business)
        })
        .await;
    assert!(matches!(outcome, Err(Refusal::Business)), "{outcome:?}");
    assert_eq!(teams(db).await, 0);
    let outcome: Result<(), Refusal> =
        db.store().write("test.refused", |tx| Ok(tx.owners().insert(&build::owner("o-orphan"))?)).await;
    assert!(matches!(outcome, Err(Refusal::Store(StoreError::Missing { .. }))), "{outcome:?}");
}

pub async fn a_failed_statement_cannot_be_committed(db: &TestStore) {
    write(db, |tx| tx.teams().insert(&build::team("t-one"))).await;
    let outcome = attempt(db, |tx| {
        tx.teams().insert(&build::team("t-two"))?;
        assert!(tx.teams().insert(&build::team("t-one")).is_err());
        Ok(())
    })
    .await;
    assert!(matches!(outcome, Err(StoreError::Other(_))), "{outcome:?}");
    assert_eq!(teams(db).await, 1);
}

pub async fn a_panic_leaves_nothing(db: &TestStore) {
    let store = db.store().clone();
    // Outside a task the panic would end the test.
    let run = async move {
        let body = |tx: &mut dyn certctl_repository::Tx| -> Result<(), StoreError> {
            tx.teams().insert(&build::team("t-one"))?;
            std::panic::panic_any("a defect in the body")
        };
        store.write("test.panic", body).await
    };
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(run);
    let ended = tasks.join_next().await.unwrap();
    let panic = ended.expect_err("the caller sees the panic").into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"a defect in the body"));
    assert_eq!(teams(db).await, 0);
    write(db, |tx| tx.teams().insert(&build::team("t-two"))).await;
    assert_eq!(teams(db).await, 1);
}

pub async fn a_snapshot_refuses_to_write(db: &TestStore) {
    let outcome: Result<(), StoreError> =
        db.store().read("test.read", |tx| tx.teams().insert(&build::team("t-one"))).await;
    assert!(matches!(outcome, Err(StoreError::Other(_))), "{outcome:?}");
    assert_eq!(teams(db).await, 0);
}

pub async fn a_closed_store_is_unavailable(db: &TestStore) {
    db.store().ping().await.unwrap();
    write(db, |tx| tx.teams().insert(&build::team("t-one"))).await;
    // Work under way is finished first.
    let running = Arc::new(tokio::sync::Notify::new());
    let started = Arc::clone(&running);
    let slow = attempt(db, move |tx| {
        started.notify_one();
        tx.teams().insert(&build::team("t-two"))
    });
    let close = async {
        running.notified().await;
        db.store().close().await;
    };
    let (slow, ()) = tokio::join!(slow, close);
    slow.unwrap();
    let late = attempt(db, |tx| tx.teams().insert(&build::team("t-three"))).await;
    assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    assert!(matches!(db.store().ping().await, Err(StoreError::Unavailable(_))));
    db.store().close().await;
}
