//! When notifications are due, and those that wait for a channel.

use super::notification::{done, find, ids, insert};
use super::notification_delivery::{claim, lane, next_due, row};
use super::{read, write};
use crate::{TestStore, build};
use certctl_domain::notification::{Notification, NotificationStatus};

pub async fn one_without_a_channel_is_given_one_by_its_newest_claim(db: &TestStore) {
    insert(db, vec![row("notif-one", None, 1)]).await;
    let bind = |held: &Notification| {
        let held = held.clone();
        write(db, move |tx| tx.notifications().bind(&held, &build::id("nc-one"), build::at(20)))
    };
    let never_claimed = find(db, "notif-one").await;
    assert!(!bind(&never_claimed).await, "nobody holds it");
    let [lost] = claim(db, lane(None, "replica-a", 10, 9)).await.try_into().unwrap();
    let [held] = claim(db, lane(None, "replica-b", 70, 9)).await.try_into().unwrap();
    assert!(!bind(&lost).await, "somebody else holds it by now");
    assert!(bind(&held).await);
    assert!(!bind(&held).await, "the claim was given back with it");
    let bound = find(db, "notif-one").await;
    assert_eq!((bound.channel_id.clone(), bound.lease.clone()), (Some(build::id("nc-one")), None));
    assert_eq!((bound.status, bound.retry_count), (NotificationStatus::Pending, 0));
    assert_eq!(next_due(db).await, Some(build::at(20)));
    assert_eq!(ids(&claim(db, lane(Some("nc-one"), "replica-a", 20, 9)).await), ["notif-one"]);
}

pub async fn what_is_due_after_a_time_is_known(db: &TestStore) {
    let after = |seconds| read(db, move |tx| tx.notifications().next_due_after(build::at(seconds)));
    assert_eq!(after(0).await, None);
    let rows = vec![
        row("notif-a", Some("nc-one"), 5),
        row("notif-b", None, 9),
        done("notif-dead", NotificationStatus::Dead, None),
    ];
    insert(db, rows).await;
    assert_eq!((after(0).await, after(4).await), (Some(build::at(5)), Some(build::at(5))));
    assert_eq!((after(5).await, after(9).await), (Some(build::at(9)), None));
    // What is held is due when its lease ends.
    claim(db, lane(Some("nc-one"), "replica", 10, 9)).await;
    assert_eq!(after(10).await, Some(build::at(70)));
}
