//! Singleton leases.

use super::{read, write};
use crate::{TestStore, build};
use std::time::Duration;

const LONG: Duration = Duration::from_hours(1);

async fn acquire(db: &TestStore, holder: &'static str, seconds: i64, span: Duration) -> bool {
    write(db, move |tx| tx.leases().acquire("sweep", holder, build::at(seconds), span)).await
}

pub async fn a_lease_has_one_holder(db: &TestStore) {
    assert_eq!(read(db, |tx| tx.leases().find("sweep")).await, None);
    assert!(acquire(db, "replica-a", 0, LONG).await);
    assert!(!acquire(db, "replica-b", 1, LONG).await);
    let (holder, until) = read(db, |tx| tx.leases().find("sweep")).await.unwrap();
    assert_eq!(holder, "replica-a");
    assert!(acquire(db, "replica-a", 2, 2 * LONG).await);
    let (_, prolonged) = read(db, |tx| tx.leases().find("sweep")).await.unwrap();
    assert!(prolonged > until);
    assert!(write(db, |tx| tx.leases().acquire("digest", "replica-b", build::at(3), LONG)).await);

    // Only the holder gives it up.
    write(db, |tx| tx.leases().release("sweep", "replica-b")).await;
    assert!(!acquire(db, "replica-b", 4, LONG).await);
    write(db, |tx| tx.leases().release("sweep", "replica-a")).await;
    assert!(acquire(db, "replica-b", 5, LONG).await);
}

pub async fn an_expired_lease_is_taken_over(db: &TestStore) {
    // A lease of no length is over at once, on the database's clock as well as on the given one.
    assert!(acquire(db, "replica-a", 0, Duration::ZERO).await);
    assert!(acquire(db, "replica-b", 1, LONG).await);
    assert!(!acquire(db, "replica-a", 2, LONG).await);
    assert_eq!(read(db, |tx| tx.leases().find("sweep")).await.unwrap().0, "replica-b");
}

pub async fn one_of_many_racing_holders_wins(db: &TestStore) {
    for first in [true, false] {
        let holders = tokio::join!(
            acquire(db, "a", 9, LONG),
            acquire(db, "b", 9, LONG),
            acquire(db, "c", 9, LONG),
            acquire(db, "d", 9, LONG)
        );
        let won = [holders.0, holders.1, holders.2, holders.3].into_iter().filter(|won| *won).count();
        // In the second round the holder of the first prolongs, and nobody else gets in.
        assert_eq!(won, 1, "first round: {first}");
    }
}
