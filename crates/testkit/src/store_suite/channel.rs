//! Channels, settings and the marks of loops.

use super::{assert_refused, assert_stale, attempt, read, walk, write};
use crate::{TestStore, build};
use certctl_domain::JsonText;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{Channel, ChannelHealth, Notification, NotificationChannel};
use certctl_repository::{PageRequest, ReconcilerMark, SealedColumn, StoreError};

async fn insert(db: &TestStore, rows: Vec<Channel>) {
    write(db, move |tx| rows.iter().try_for_each(|row| tx.channels().insert(row))).await;
}

async fn find(db: &TestStore, id: &'static str) -> Option<Channel> {
    read(db, move |tx| tx.channels().find(&build::id(id))).await
}

fn odd() -> Channel {
    Channel {
        name: "On call".to_owned(),
        kind: NotificationChannel::PagerDuty,
        public_config: JsonText::trusted(r#"{"routing_key":{"set":true}}"#.to_owned()),
        sealed_config: vec![0, 1, 255],
        enabled: false,
        source: ConnectorSource::Env,
        health: ChannelHealth {
            consecutive_failures: 3,
            last_success_at: Some(build::at(1)),
            last_failure_at: Some(build::at(2)),
            last_error: Some("503".to_owned()),
            failing_since: Some(build::at(3)),
        },
        created_at: build::at(1),
        updated_at: build::at(4),
        ..build::channel("nc-odd")
    }
}

pub async fn channels_come_back_as_stored_and_are_listed_by_kind(db: &TestStore) {
    insert(db, vec![odd(), build::channel("nc-mail"), build::channel("nc-a")]).await;
    assert_eq!(find(db, "nc-odd").await, Some(odd()));
    assert_eq!(find(db, "nc-none").await, None);
    let all = read(db, |tx| tx.channels().all()).await;
    assert_eq!(all.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["nc-a", "nc-mail", "nc-odd"]);
    let newest = walk(db, 2, |tx, page| tx.channels().list(None, page), |row| row.id.to_string()).await;
    assert_eq!(newest, ["nc-odd", "nc-mail", "nc-a"]);
    let kind = Some(NotificationChannel::PagerDuty);
    let of_kind = read(db, move |tx| tx.channels().list(kind, &PageRequest::first(9))).await;
    assert_eq!((of_kind.total, of_kind.items), (1, vec![odd()]));
}

pub async fn a_changed_channel_is_guarded_by_its_last_change(db: &TestStore) {
    insert(db, vec![build::channel("nc-one"), build::channel("nc-two")]).await;
    let changed = Channel {
        name: "changed".to_owned(),
        public_config: JsonText::trusted(r#"{"a":1}"#.to_owned()),
        sealed_config: b"other".to_vec(),
        enabled: false,
        source: ConnectorSource::Env,
        updated_at: build::at(5),
        ..build::channel("nc-one")
    };
    let row = changed.clone();
    write(db, move |tx| tx.channels().update(&row, build::at(0))).await;
    assert_eq!(find(db, "nc-one").await, Some(changed.clone()));
    let row = changed.clone();
    assert_stale(attempt(db, move |tx| tx.channels().update(&row, build::at(0))).await);
    let row = Channel { name: build::channel("nc-two").name, ..changed };
    let same_name = attempt(db, move |tx| tx.channels().update(&row, build::at(5))).await;
    assert_refused!(same_name, Duplicate, "channel.name");
    let same_name = Channel { name: build::channel("nc-two").name, ..build::channel("nc-three") };
    assert_refused!(attempt(db, move |tx| tx.channels().insert(&same_name)).await, Duplicate, "channel.name");
    let same_id = Channel { name: "other".to_owned(), ..build::channel("nc-two") };
    assert_refused!(attempt(db, move |tx| tx.channels().insert(&same_id)).await, Duplicate, "channel.id");
}

pub async fn health_is_written_beside_the_configuration(db: &TestStore) {
    insert(db, vec![build::channel("nc-one")]).await;
    let health = odd().health;
    let written = health.clone();
    write(db, move |tx| tx.channels().record_health(&build::id("nc-one"), &written)).await;
    let expected = Channel { health, ..build::channel("nc-one") };
    assert_eq!(find(db, "nc-one").await, Some(expected.clone()));
    // Who changes the configuration has read an older health, and does not put it back.
    let row = Channel { enabled: false, updated_at: build::at(1), ..build::channel("nc-one") };
    write(db, move |tx| tx.channels().update(&row, build::at(0))).await;
    let kept = find(db, "nc-one").await.unwrap();
    assert_eq!((kept.health, kept.enabled), (expected.health, false));
    write(db, |tx| tx.channels().record_health(&build::id("nc-one"), &ChannelHealth::default())).await;
    assert_eq!(find(db, "nc-one").await.unwrap().health, ChannelHealth::default());
    write(db, |tx| tx.channels().record_health(&build::id("nc-none"), &ChannelHealth::default())).await;
}

pub async fn a_deleted_channel_leaves_its_notifications(db: &TestStore) {
    insert(db, vec![build::channel("nc-one")]).await;
    let row = Notification { channel_id: Some(build::id("nc-one")), ..build::notification("notif-one") };
    write(db, move |tx| tx.notifications().insert(&row)).await;
    write(db, |tx| tx.channels().delete(&build::id("nc-one"))).await;
    assert_stale(attempt(db, |tx| tx.channels().delete(&build::id("nc-one"))).await);
    let left = read(db, |tx| tx.notifications().find(&build::id("notif-one"))).await.unwrap();
    assert_eq!(left.channel_id, Some(build::id("nc-one")));
}

pub async fn sealed_configurations_of_channels_are_exchanged(db: &TestStore) {
    insert(db, vec![build::channel("nc-one"), build::channel("nc-two")]).await;
    let column = SealedColumn::ChannelConfig;
    let rows = read(db, move |tx| tx.secrets().batch(column, "", 1)).await;
    assert_eq!(rows.iter().map(|row| &*row.id).collect::<Vec<_>>(), ["nc-one"]);
    let rows = read(db, move |tx| tx.secrets().batch(column, "nc-one", 9)).await;
    assert_eq!(
        rows.iter().map(|row| (&*row.id, &*row.sealed)).collect::<Vec<_>>(),
        [("nc-two", &b"sealed"[..])]
    );
    write(db, move |tx| tx.secrets().replace(column, "nc-two", b"sealed", b"fresh")).await;
    assert_stale(attempt(db, move |tx| tx.secrets().replace(column, "nc-two", b"sealed", b"late")).await);
    let row = find(db, "nc-two").await.unwrap();
    assert_eq!((row.sealed_config, row.updated_at), (b"fresh".to_vec(), build::at(0)));
}

pub async fn a_setting_is_guarded_by_its_last_change(db: &TestStore) {
    let document = |text: &str| JsonText::trusted(text.to_owned());
    let put = |text: &'static str, at: i64, since: Option<i64>| {
        attempt(db, move |tx| {
            tx.notification_settings().put("routing", &document(text), build::at(at), since.map(build::at))
        })
    };
    let stored = || read(db, |tx| tx.notification_settings().find("routing"));
    assert_eq!(stored().await, None);
    assert_stale(put("{}", 1, Some(0)).await);
    put(r#"{"a":1}"#, 1, None).await.unwrap();
    assert_eq!(stored().await, Some((document(r#"{"a":1}"#), build::at(1))));
    assert_stale(put(r#"{"a":2}"#, 2, None).await);
    assert_stale(put(r#"{"a":2}"#, 2, Some(0)).await);
    put(r#"{"a":2}"#, 2, Some(1)).await.unwrap();
    assert_eq!(stored().await, Some((document(r#"{"a":2}"#), build::at(2))));
    assert_eq!(read(db, |tx| tx.notification_settings().find("digest")).await, None);
}

pub async fn marks_of_loops_are_replaced(db: &TestStore) {
    let full = ReconcilerMark {
        name: "renewals".to_owned(),
        period_seconds: 60,
        last_started_at: build::at(1),
        last_success_at: Some(build::at(2)),
        last_failure_at: Some(build::at(3)),
        last_error: Some("no database".to_owned()),
        consecutive_failures: 4,
        oldest_work_at: Some(build::at(5)),
    };
    let bare = ReconcilerMark {
        period_seconds: 61,
        last_started_at: build::at(6),
        last_success_at: None,
        last_failure_at: None,
        last_error: None,
        consecutive_failures: 0,
        oldest_work_at: None,
        ..full.clone()
    };
    let other = ReconcilerMark { name: "alerts".to_owned(), ..full.clone() };
    for marks in [[&other, &full], [&other, &bare], [&other, &full]] {
        let rows = marks.map(ReconcilerMark::clone);
        let written = rows.clone();
        write(db, move |tx| written.iter().try_for_each(|mark| tx.reconciler_marks().put(mark))).await;
        assert_eq!(read(db, |tx| tx.reconciler_marks().all()).await, rows);
    }
}
