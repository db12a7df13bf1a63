//! Notifications: rows, filters, what is read, told and removed.

use super::{attempt, read, walk, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::job::Lease;
use certctl_domain::notification::{
    AlertSeverity, Delivery, Fact, Incident, IncidentPhase, Notification, NotificationChannel,
    NotificationStatus, NotificationType, Story,
};
use certctl_repository::{NotificationFilter, PageRequest, ToldThreshold};

pub(super) async fn insert(db: &TestStore, rows: Vec<Notification>) {
    let stored = write(db, move |tx| {
        rows.iter().map(|row| tx.notifications().insert(row)).collect::<Result<Vec<_>, _>>()
    });
    assert!(stored.await.into_iter().all(|stored| stored));
}

pub(super) async fn find(db: &TestStore, id: &str) -> Notification {
    let id = build::id(id);
    read(db, move |tx| tx.notifications().find(&id)).await.unwrap()
}

pub(super) fn ids(rows: &[Notification]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

/// One that nobody will try again.
pub(super) fn done(id: &str, status: NotificationStatus, delivery: Option<Delivery>) -> Notification {
    Notification { status, delivery, ..build::notification(id) }
}

/// Everything that can be set, set.
fn full() -> Notification {
    Notification {
        alert_id: Some(build::id("alert-one")),
        kind: NotificationType::ExpirationWarning,
        severity: AlertSeverity::Critical,
        resource_type: "certificate".to_owned(),
        resource_id: "mc-one".to_owned(),
        certificate_id: Some(build::id("mc-one")),
        channel: NotificationChannel::Slack,
        channel_id: Some(build::id("nc-one")),
        recipient: "Channel nc-one".to_owned(),
        story: Story {
            subject: "Bald zu Ende".to_owned(),
            message: "one\ntwo".to_owned(),
            html: Some("<p>one</p>".to_owned()),
            facts: vec![Fact { label: "Expires".to_owned(), value: "tomorrow".to_owned() }],
        },
        incident: Some(Incident {
            key: "certificate/mc-one/expiry".to_owned(),
            phase: IncidentPhase::Trigger,
        }),
        threshold_days: Some(7),
        status: NotificationStatus::Failed,
        retry_count: 3,
        next_retry_at: Some(build::at(30)),
        not_before: build::at(2),
        last_error: Some("no answer".to_owned()),
        created_at: build::at(1),
        read_at: Some(build::at(4)),
        lease: Some(Lease { owner: "replica".to_owned(), until: build::at(60) }),
        claims: 4,
        ..build::notification("notif-full")
    }
}

async fn seed(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-one"))).await;
}

pub async fn notifications_come_back_as_stored(db: &TestStore) {
    seed(db).await;
    let sent = Notification {
        sent_at: Some(build::at(9)),
        retry_count: 2,
        ..done("notif-sent", NotificationStatus::Sent, Some(Delivery::Delivered))
    };
    let plain = build::notification("notif-plain");
    insert(db, vec![full(), sent.clone(), plain.clone()]).await;
    assert_eq!(find(db, "notif-full").await, full());
    assert_eq!(find(db, "notif-sent").await, sent);
    assert_eq!(find(db, "notif-plain").await, plain);
    assert_eq!(read(db, |tx| tx.notifications().find(&build::id("notif-none"))).await, None);
    assert_eq!(read(db, |tx| tx.notifications().attempts(&build::id("notif-full"))).await, []);
}

pub async fn the_same_key_makes_one_notification(db: &TestStore) {
    insert(db, vec![build::notification("notif-one")]).await;
    let again = Notification {
        dedup_key: build::notification("notif-one").dedup_key,
        ..build::notification("notif-two")
    };
    let (first, second) = write(db, move |tx| {
        // A refused one leaves the transaction usable.
        Ok((
            tx.notifications().insert(&again)?,
            tx.notifications().insert(&build::notification("notif-three"))?,
        ))
    })
    .await;
    assert_eq!((first, second), (false, true));
    assert_eq!(read(db, |tx| tx.notifications().find(&build::id("notif-two"))).await, None);
}

pub async fn notifications_are_found_by_every_filter(db: &TestStore) {
    seed(db).await;
    let nobody = Notification {
        created_at: build::at(5),
        ..done("notif-nobody", NotificationStatus::Sent, Some(Delivery::NoNotifier))
    };
    insert(db, vec![full(), nobody]).await;
    let none = NotificationFilter::default;
    let (one, other) = ("notif-full", "notif-nobody");
    for (filter, expected) in [
        (NotificationFilter { status: Some(NotificationStatus::Failed), ..none() }, vec![one]),
        (NotificationFilter { delivery: Some(Delivery::NoNotifier), ..none() }, vec![other]),
        (NotificationFilter { delivery: Some(Delivery::Delivered), ..none() }, vec![]),
        (NotificationFilter { kind: Some(NotificationType::ExpirationWarning), ..none() }, vec![one]),
        (NotificationFilter { severity: Some(AlertSeverity::Warning), ..none() }, vec![other]),
        (NotificationFilter { channel: Some(NotificationChannel::Slack), ..none() }, vec![one]),
        (NotificationFilter { channel_id: Some(build::id("nc-one")), ..none() }, vec![one]),
        (NotificationFilter { certificate_id: Some(build::id("mc-one")), ..none() }, vec![one]),
        (NotificationFilter { read: Some(true), ..none() }, vec![one]),
        (NotificationFilter { read: Some(false), ..none() }, vec![other]),
        (NotificationFilter { created_after: Some(build::at(1)), ..none() }, vec![other]),
        (NotificationFilter { created_before: Some(build::at(5)), ..none() }, vec![one]),
        (none(), vec![other, one]),
    ] {
        let wanted = filter.clone();
        let found = read(db, move |tx| tx.notifications().list(&wanted, &PageRequest::first(9))).await;
        assert_eq!((ids(&found.items), found.total), (expected.clone(), expected.len() as u64), "{filter:?}");
    }
}

pub async fn notifications_are_listed_newest_first(db: &TestStore) {
    let row =
        |n: i64| Notification { created_at: build::at(n / 2), ..build::notification(&format!("notif-{n}")) };
    insert(db, (0..5).map(row).collect()).await;
    for per_page in [1, 2, 9] {
        let list = |tx: &mut dyn certctl_repository::Tx, page: &PageRequest| {
            tx.notifications().list(&NotificationFilter::default(), page)
        };
        let seen = walk(db, per_page, list, |row| row.id.to_string()).await;
        assert_eq!(seen, ["notif-4", "notif-3", "notif-2", "notif-1", "notif-0"]);
    }
}

pub async fn reading_is_marked_once_and_changes_nothing_else(db: &TestStore) {
    seed(db).await;
    let unread = Notification { read_at: None, ..full() };
    insert(db, vec![unread.clone()]).await;
    let mark = |id: &'static str, at: i64| {
        write(db, move |tx| tx.notifications().mark_read(&build::id(id), build::at(at)))
    };
    assert!(mark("notif-full", 7).await);
    assert!(mark("notif-full", 8).await);
    assert!(!mark("notif-none", 9).await);
    assert_eq!(find(db, "notif-full").await, Notification { read_at: Some(build::at(7)), ..unread });
}

pub async fn a_notification_names_a_certificate_that_exists(db: &TestStore) {
    seed(db).await;
    let orphan = Notification { certificate_id: Some(build::id("mc-none")), ..full() };
    assert!(attempt(db, move |tx| tx.notifications().insert(&orphan)).await.is_err());
    insert(db, vec![full()]).await;
    assert_eq!(find(db, "notif-full").await.certificate_id, Some(build::id("mc-one")));
}

pub async fn finished_ones_are_removed_in_batches_and_others_stay(db: &TestStore) {
    use NotificationStatus as S;
    let delivered = Some(Delivery::Delivered);
    let at = |n: i64, row: Notification| Notification { created_at: build::at(n), ..row };
    insert(
        db,
        vec![
            at(0, done("notif-dead", S::Dead, None)),
            at(0, build::notification("notif-pending")),
            at(0, done("notif-nobody", S::Sent, Some(Delivery::NoNotifier))),
            at(1, done("notif-sent", S::Sent, delivered)),
            at(2, done("notif-cancelled", S::Cancelled, None)),
            at(3, done("notif-new", S::Sent, delivered)),
        ],
    )
    .await;
    let delete = |before: i64, limit: u32| {
        write(db, move |tx| tx.notifications().delete_done(build::at(before), limit))
    };
    assert_eq!(delete(0, 9).await, 0);
    assert_eq!(delete(3, 1).await, 1);
    assert_eq!(delete(3, 9).await, 2);
    let left =
        read(db, |tx| tx.notifications().list(&NotificationFilter::default(), &PageRequest::first(9))).await;
    assert_eq!(ids(&left.items), ["notif-new", "notif-pending", "notif-dead"]);
}

pub async fn a_threshold_is_told_once_for_each_leaf_and_channel(db: &TestStore) {
    seed(db).await;
    let told = |version: &str, days: u32, channel: &str| ToldThreshold {
        certificate_id: build::id("mc-one"),
        version_id: build::id(version),
        threshold_days: days,
        channel: channel.to_owned(),
    };
    let tell =
        |told: ToldThreshold| write(db, move |tx| tx.notifications().tell_threshold(&told, build::at(1)));
    let least = |version: &'static str, channel: &'static str| {
        read(db, move |tx| {
            tx.notifications().told_threshold(&build::id("mc-one"), &build::id(version), channel)
        })
    };
    assert_eq!(least("cv-one", "Email").await, None);
    assert!(tell(told("cv-one", 30, "Email")).await);
    assert!(!tell(told("cv-one", 30, "Email")).await);
    assert!(tell(told("cv-one", 7, "Email")).await);
    assert!(tell(told("cv-one", 14, "nc-one")).await);
    assert!(tell(told("cv-two", 30, "Email")).await);
    assert_eq!(least("cv-one", "Email").await, Some(7));
    assert_eq!(least("cv-one", "nc-one").await, Some(14));
    assert_eq!(least("cv-two", "Email").await, Some(30));
    assert_eq!(least("cv-two", "nc-one").await, None);
}
