//! Facts that wait for their routing.

use super::{read, write};
use crate::{TestStore, build, seed_basics};
use certctl_domain::notification::{
    Alert, AlertSeverity, Fact, Incident, IncidentPhase, NotificationType, Story,
};

async fn insert(db: &TestStore, rows: Vec<Alert>) {
    write(db, move |tx| rows.iter().try_for_each(|row| tx.alerts().insert(row))).await;
}

async fn unrouted(db: &TestStore, limit: u32) -> Vec<Alert> {
    read(db, move |tx| tx.alerts().unrouted(limit)).await
}

fn ids(alerts: &[Alert]) -> Vec<&str> {
    alerts.iter().map(|alert| alert.id.as_str()).collect()
}

pub async fn alerts_come_back_as_stored_and_are_routed_once(db: &TestStore) {
    seed_basics(db.store()).await;
    write(db, |tx| tx.certificates().insert(&build::certificate("mc-one"))).await;
    assert_eq!(read(db, |tx| tx.alerts().oldest_unrouted()).await, None);
    let full = Alert {
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Critical,
        resource_type: "certificate".to_owned(),
        resource_id: "mc-one".to_owned(),
        certificate_id: Some(build::id("mc-one")),
        incident: Some(Incident {
            key: "certificate/mc-one/renewal".to_owned(),
            phase: IncidentPhase::Resolve,
        }),
        story: Story {
            subject: "Über \"quotes\"".to_owned(),
            message: "two\nlines".to_owned(),
            html: None,
            facts: vec![Fact { label: "Expires".to_owned(), value: "in 3 days".to_owned() }],
        },
        occurred_at: build::at(1),
        ..build::alert("alert-full")
    };
    let plain = Alert { occurred_at: build::at(2), ..build::alert("alert-plain") };
    insert(
        db,
        vec![plain.clone(), full.clone(), Alert { occurred_at: build::at(3), ..build::alert("alert-late") }],
    )
    .await;

    let waiting = unrouted(db, 2).await;
    assert_eq!(waiting, [full.clone(), plain.clone()]);
    assert_eq!(read(db, |tx| tx.alerts().oldest_unrouted()).await, Some(build::at(1)));
    let done: Vec<_> = waiting.into_iter().map(|alert| alert.id).collect();
    write(db, move |tx| tx.alerts().routed(&done, build::at(9))).await;
    assert_eq!(ids(&unrouted(db, 9).await), ["alert-late"]);
    assert_eq!(read(db, |tx| tx.alerts().oldest_unrouted()).await, Some(build::at(3)));
}

pub async fn routed_alerts_go_in_batches_and_others_stay(db: &TestStore) {
    let rows = (0..4).map(|n| Alert { occurred_at: build::at(n), ..build::alert(&format!("alert-{n}")) });
    insert(db, rows.collect()).await;
    write(db, |tx| {
        tx.alerts().routed(&[build::id("alert-0"), build::id("alert-1")], build::at(10))?;
        tx.alerts().routed(&[build::id("alert-2")], build::at(20))
    })
    .await;
    let delete =
        |before: i64, limit: u32| write(db, move |tx| tx.alerts().delete_routed(build::at(before), limit));
    assert_eq!(delete(10, 9).await, 0);
    assert_eq!(delete(20, 1).await, 1);
    assert_eq!(delete(20, 9).await, 1);
    assert_eq!(delete(99, 9).await, 1);
    assert_eq!(ids(&unrouted(db, 9).await), ["alert-3"]);
}
