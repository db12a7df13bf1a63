//! Notifications on their way: lanes, claims, outcomes, requeues, incidents, counts.

use super::notification::{done, find, ids, insert};
use super::{attempt, read, write};
use crate::{TestStore, build};
use certctl_domain::id::ChannelId;
use certctl_domain::job::Lease;
use certctl_domain::notification::{
    Attempt, AttemptResult, Delivery, Incident, IncidentPhase, Notification, NotificationChannel,
    NotificationStatus,
};
use certctl_repository::{LaneClaim, NotificationCounts, StoreError};
use std::collections::BTreeSet;
use std::time::Duration;

/// Over a channel, due at `seconds`.
pub(super) fn row(id: &str, channel: Option<&str>, seconds: i64) -> Notification {
    Notification {
        channel_id: channel.map(build::id),
        not_before: build::at(seconds),
        created_at: build::at(seconds),
        ..build::notification(id)
    }
}

fn waiting(id: &str, retry: i64) -> Notification {
    Notification {
        status: NotificationStatus::Failed,
        retry_count: 1,
        next_retry_at: Some(build::at(retry)),
        last_error: Some("busy".to_owned()),
        ..build::notification(id)
    }
}

pub(super) fn lane(channel: Option<&str>, owner: &str, seconds: i64, limit: u32) -> LaneClaim {
    LaneClaim {
        channel: channel.map(build::id),
        owner: owner.to_owned(),
        at: build::at(seconds),
        until: build::at(seconds + 60),
        limit,
    }
}

pub(super) async fn claim(db: &TestStore, request: LaneClaim) -> Vec<Notification> {
    let claimed: Result<_, StoreError> =
        db.store().claim("test.claim", move |tx| tx.notifications().claim(&request)).await;
    claimed.unwrap()
}

async fn due_lanes(db: &TestStore, seconds: i64) -> BTreeSet<Option<String>> {
    let lanes = read(db, move |tx| tx.notifications().due_lanes(build::at(seconds))).await;
    let (count, lanes) = (lanes.len(), lanes.into_iter().map(|id| id.map(|id: ChannelId| id.to_string())));
    let lanes: BTreeSet<_> = lanes.collect();
    assert_eq!(lanes.len(), count, "a lane is named once");
    lanes
}

fn an_attempt(number: i64, result: AttemptResult) -> Attempt {
    Attempt {
        number,
        started_at: build::at(number),
        duration: Duration::from_millis(1234),
        result,
        detail: format!("attempt {number}"),
    }
}

async fn finish(db: &TestStore, after: &Notification, attempt: Attempt) -> bool {
    let after = after.clone();
    write(db, move |tx| tx.notifications().finish(&after, &attempt)).await
}

pub(super) async fn next_due(db: &TestStore) -> Option<certctl_domain::Timestamp> {
    read(db, |tx| tx.notifications().next_due()).await
}

pub async fn a_claim_takes_only_what_is_due_in_its_lane(db: &TestStore) {
    assert_eq!(next_due(db).await, None);
    insert(
        db,
        vec![
            row("notif-b", Some("nc-one"), 2),
            row("notif-a", Some("nc-one"), 1),
            row("notif-later", Some("nc-one"), 50),
            row("notif-other", Some("nc-two"), 3),
            row("notif-nobody", None, 4),
            Notification {
                channel_id: Some(build::id("nc-one")),
                ..done("notif-dead", NotificationStatus::Dead, None)
            },
        ],
    )
    .await;
    assert_eq!(next_due(db).await, Some(build::at(1)));
    assert_eq!(due_lanes(db, 0).await, BTreeSet::new());
    assert_eq!(due_lanes(db, 3).await, [Some("nc-one".to_owned()), Some("nc-two".to_owned())].into());
    assert_eq!(due_lanes(db, 9).await, [None, Some("nc-one".to_owned()), Some("nc-two".to_owned())].into());

    let first = claim(db, lane(Some("nc-one"), "replica", 10, 1)).await;
    assert_eq!(ids(&first), ["notif-a"]);
    let second = claim(db, lane(Some("nc-one"), "replica", 10, 9)).await;
    let held = Notification {
        lease: Some(Lease { owner: "replica".to_owned(), until: build::at(70) }),
        claims: 1,
        ..row("notif-b", Some("nc-one"), 2)
    };
    assert_eq!(second, std::slice::from_ref(&held));
    assert_eq!(find(db, "notif-b").await, held);
    assert_eq!(ids(&claim(db, lane(None, "replica", 10, 9)).await), ["notif-nobody"]);
    assert_eq!(due_lanes(db, 10).await, [Some("nc-two".to_owned())].into());
    // What is held is due when its lease ends.
    assert_eq!(claim(db, lane(Some("nc-two"), "replica", 10, 9)).await.len(), 1);
    assert_eq!(next_due(db).await, Some(build::at(50)));
    assert_eq!(claim(db, lane(Some("nc-one"), "replica", 50, 9)).await.len(), 1);
    assert_eq!(next_due(db).await, Some(build::at(70)));
}

pub async fn two_claimers_share_nothing(db: &TestStore) {
    insert(db, (0..40).map(|n| row(&format!("notif-{n}"), Some("nc-one"), n)).collect()).await;
    let claimer = async |owner: &'static str| {
        let mut mine = Vec::new();
        for _ in 0..5 {
            mine.extend(claim(db, lane(Some("nc-one"), owner, 100, 7)).await);
        }
        assert!(mine.iter().all(|row| row.lease.as_ref().is_some_and(|lease| lease.owner == owner)));
        mine
    };
    let (left, right) = tokio::join!(claimer("left"), claimer("right"));
    let all: BTreeSet<_> = left.iter().chain(&right).map(|row| row.id.to_string()).collect();
    assert_eq!((left.len() + right.len(), all.len()), (40, 40));
    assert!(left.iter().chain(&right).all(|row| row.claims == 1));
}

pub async fn expired_leases_are_claimed_again(db: &TestStore) {
    insert(db, vec![row("notif-one", None, 0), waiting("notif-failed", 5)]).await;
    assert_eq!(claim(db, lane(None, "first", 10, 9)).await.len(), 2);
    assert_eq!(ids(&claim(db, lane(None, "second", 69, 9)).await), [""; 0]);
    let again = claim(db, lane(None, "second", 70, 9)).await;
    assert_eq!(again.len(), 2);
    for row in again {
        assert_eq!((row.claims, row.lease.unwrap().owner.as_str()), (2, "second"));
    }
}

pub async fn an_outcome_is_written_by_the_newest_claim_only(db: &TestStore) {
    insert(db, vec![row("notif-one", None, 0)]).await;
    let slow = claim(db, lane(None, "slow", 10, 9)).await.remove(0);
    let quick = claim(db, lane(None, "quick", 100, 9)).await.remove(0);
    let sent = |row: &Notification| Notification {
        status: NotificationStatus::Sent,
        delivery: Some(Delivery::Delivered),
        sent_at: Some(build::at(101)),
        channel_id: Some(build::id("nc-late")),
        ..row.clone()
    };
    assert!(!finish(db, &sent(&slow), an_attempt(1, AttemptResult::Delivered)).await);
    assert_eq!(find(db, "notif-one").await, quick);
    // Somebody reads it meanwhile; that stays.
    assert!(write(db, |tx| tx.notifications().mark_read(&build::id("notif-one"), build::at(100))).await);
    assert!(finish(db, &sent(&quick), an_attempt(2, AttemptResult::Delivered)).await);
    let expected = Notification { lease: None, read_at: Some(build::at(100)), ..sent(&quick) };
    assert_eq!(find(db, "notif-one").await, expected);
    // The claim is over.
    assert!(!finish(db, &sent(&quick), an_attempt(3, AttemptResult::Delivered)).await);
    let attempts = read(db, |tx| tx.notifications().attempts(&build::id("notif-one"))).await;
    assert_eq!(attempts, [an_attempt(2, AttemptResult::Delivered)]);
    assert_eq!(next_due(db).await, None);
}

pub async fn a_failure_waits_and_an_end_is_final(db: &TestStore) {
    insert(db, vec![row("notif-one", None, 0)]).await;
    let held = claim(db, lane(None, "replica", 10, 9)).await.remove(0);
    let failed = Notification {
        status: NotificationStatus::Failed,
        retry_count: 1,
        next_retry_at: Some(build::at(40)),
        last_error: Some("503".to_owned()),
        ..held
    };
    assert!(finish(db, &failed, an_attempt(1, AttemptResult::Failed)).await);
    let failed = Notification { lease: None, ..failed };
    assert_eq!((find(db, "notif-one").await, next_due(db).await), (failed.clone(), Some(build::at(40))));
    assert_eq!(ids(&claim(db, lane(None, "replica", 39, 9)).await), [""; 0]);

    let held = claim(db, lane(None, "replica", 40, 9)).await.remove(0);
    let dead = Notification {
        status: NotificationStatus::Dead,
        retry_count: 2,
        next_retry_at: None,
        last_error: Some("bad address".to_owned()),
        ..held
    };
    assert!(finish(db, &dead, an_attempt(2, AttemptResult::Dead)).await);
    assert_eq!(
        (find(db, "notif-one").await, next_due(db).await),
        (Notification { lease: None, ..dead }, None)
    );
    let attempts = read(db, |tx| tx.notifications().attempts(&build::id("notif-one"))).await;
    assert_eq!(attempts, [an_attempt(1, AttemptResult::Failed), an_attempt(2, AttemptResult::Dead)]);
}

pub async fn leases_are_given_back(db: &TestStore) {
    insert(db, vec![row("notif-a", Some("nc-one"), 0), row("notif-b", None, 0), waiting("notif-c", 5)]).await;
    claim(db, lane(Some("nc-one"), "mine", 10, 9)).await;
    claim(db, lane(None, "theirs", 10, 9)).await;
    let release = |owner: Option<&'static str>, at: i64| {
        write(db, move |tx| tx.notifications().release(owner, build::at(at)))
    };
    assert_eq!(release(Some("mine"), 20).await, 1);
    assert_eq!(release(Some("mine"), 20).await, 0);
    assert_eq!(find(db, "notif-a").await, Notification { claims: 1, ..row("notif-a", Some("nc-one"), 0) });
    assert_eq!(next_due(db).await, Some(build::at(20)));
    assert_eq!(release(None, 21).await, 2);
    assert_eq!(find(db, "notif-c").await, Notification { claims: 1, ..waiting("notif-c", 5) });
    assert_eq!(claim(db, lane(None, "new", 21, 9)).await.len(), 2);
}

pub async fn only_what_failed_or_reached_nobody_is_requeued(db: &TestStore) {
    use NotificationStatus as S;
    let ended = |id: &str, status, delivery: Option<Delivery>| Notification {
        retry_count: 5,
        last_error: Some("gone".to_owned()),
        sent_at: delivery.map(|_| build::at(3)),
        ..done(id, status, delivery)
    };
    let held = Notification {
        lease: Some(Lease { owner: "replica".to_owned(), until: build::at(60) }),
        ..waiting("notif-held", 5)
    };
    insert(
        db,
        vec![
            ended("notif-dead", S::Dead, None),
            waiting("notif-failed", 99),
            ended("notif-nobody", S::Sent, Some(Delivery::NoNotifier)),
            ended("notif-sent", S::Sent, Some(Delivery::Delivered)),
            ended("notif-cancelled", S::Cancelled, None),
            build::notification("notif-pending"),
            held,
        ],
    )
    .await;
    let requeue = |id: &'static str, channel: Option<&'static str>| {
        let channel = channel.map(build::id);
        attempt(db, move |tx| tx.notifications().requeue(&build::id(id), channel.as_ref(), build::at(50)))
    };
    for id in ["notif-dead", "notif-failed", "notif-nobody"] {
        assert!(requeue(id, Some("nc-new")).await.unwrap(), "{id}");
        let expected = Notification {
            channel_id: Some(build::id("nc-new")),
            not_before: build::at(50),
            ..build::notification(id)
        };
        assert_eq!(find(db, id).await, expected);
        assert!(!requeue(id, None).await.unwrap(), "{id} is pending again");
    }
    for id in ["notif-sent", "notif-cancelled", "notif-pending", "notif-held", "notif-none"] {
        assert!(!requeue(id, None).await.unwrap(), "{id}");
    }
    assert_eq!(claim(db, lane(Some("nc-new"), "replica", 50, 9)).await.len(), 3);
}

fn in_incident(id: &str, key: &str, phase: IncidentPhase) -> Notification {
    Notification {
        incident: Some(Incident { key: key.to_owned(), phase }),
        recipient: format!("{phase} reader"),
        ..build::notification(id)
    }
}

pub async fn an_incident_that_is_over_is_not_announced(db: &TestStore) {
    use IncidentPhase::{Resolve, Trigger};
    let held = Notification {
        lease: Some(Lease { owner: "replica".to_owned(), until: build::at(60) }),
        ..in_incident("notif-held", "a", Trigger)
    };
    let failed = Notification { incident: held.incident.clone(), ..waiting("notif-failed", 9) };
    let sent = Notification {
        incident: held.incident.clone(),
        ..done("notif-sent", NotificationStatus::Sent, Some(Delivery::Delivered))
    };
    let untouched =
        [held, in_incident("notif-end", "a", Resolve), in_incident("notif-b", "b", Trigger), sent];
    let mut all = vec![in_incident("notif-a", "a", Trigger), failed];
    all.extend(untouched.clone());
    insert(db, all).await;
    let cancelled = write(db, |tx| tx.notifications().cancel_incident("a", "it is over")).await;
    assert_eq!(cancelled, 2);
    for id in ["notif-a", "notif-failed"] {
        let row = find(db, id).await;
        assert_eq!((row.status, row.next_retry_at), (NotificationStatus::Cancelled, None));
        assert_eq!(row.last_error.as_deref(), Some("it is over"));
    }
    for row in untouched {
        assert_eq!(find(db, row.id.as_str()).await, row);
    }
}

pub async fn who_was_told_of_an_incident_is_known(db: &TestStore) {
    use IncidentPhase::{Resolve, Trigger};
    let told = |id: &str, at: i64, recipient: &str, phase| Notification {
        recipient: recipient.to_owned(),
        created_at: build::at(at),
        ..in_incident(id, "a", phase)
    };
    let slack = Notification {
        channel: NotificationChannel::Slack,
        channel_id: Some(build::id("nc-one")),
        ..told("notif-1", 1, "Ops", Trigger)
    };
    let cancelled = Notification {
        status: NotificationStatus::Cancelled,
        ..told("notif-6", 6, "never@example.com", Trigger)
    };
    insert(
        db,
        vec![
            slack,
            told("notif-2", 2, "ended@example.com", Trigger),
            told("notif-3", 3, "ended@example.com", Resolve),
            told("notif-4", 1, "again@example.com", Resolve),
            told("notif-5", 2, "again@example.com", Trigger),
            cancelled,
            in_incident("notif-7", "b", Trigger),
        ],
    )
    .await;
    let mut told = read(db, |tx| tx.notifications().told_of("a")).await;
    told.sort_by(|a, b| a.recipient.cmp(&b.recipient));
    let told: Vec<_> = told.into_iter().map(|told| (told.channel, told.channel_id, told.recipient)).collect();
    let expected = [
        (NotificationChannel::Slack, Some(build::id("nc-one")), "Ops".to_owned()),
        (NotificationChannel::Email, None, "again@example.com".to_owned()),
    ];
    assert_eq!(told, expected);
    assert_eq!(read(db, |tx| tx.notifications().told_of("c")).await, []);
}

pub async fn counts_follow_what_is_not_done(db: &TestStore) {
    use NotificationStatus as S;
    let counts = || read(db, |tx| tx.notifications().counts());
    assert_eq!(counts().await, NotificationCounts::default());
    insert(
        db,
        vec![
            row("notif-1", None, 7),
            row("notif-2", None, 4),
            waiting("notif-3", 9),
            done("notif-4", S::Dead, None),
            done("notif-5", S::Dead, None),
            done("notif-6", S::Dead, None),
            done("notif-7", S::Sent, Some(Delivery::NoNotifier)),
            done("notif-8", S::Sent, Some(Delivery::Delivered)),
            done("notif-9", S::Cancelled, None),
        ],
    )
    .await;
    let expected = NotificationCounts {
        pending: 2,
        failed: 1,
        dead: 3,
        no_notifier: 1,
        oldest_pending_at: Some(build::at(4)),
    };
    assert_eq!(counts().await, expected);
}
