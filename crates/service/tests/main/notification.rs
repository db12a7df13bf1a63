//! Notifications as people see and steer them.

use crate::bench::{ServiceBench, operator, viewer};
use certctl_domain::id::NotificationId;
use certctl_domain::job::Lease;
use certctl_domain::notification::{
    Channel, ChannelRef, Delivery, Notification, NotificationChannel as Kind, NotificationStatus as S,
    NotificationType,
};
use certctl_service::Notifications;
use certctl_service_api::list::ListRequest;
use certctl_service_api::notification::{NotificationQuery, NotificationService, Requeued};
use certctl_service_api::{FieldError, ServiceError};
use certctl_testkit::build;
use std::sync::Arc;

fn notifications(t: &ServiceBench) -> Notifications {
    Notifications::new(t.base.clone(), Arc::clone(&t.wakeups))
}

fn id(text: &str) -> NotificationId {
    build::id(text)
}

fn ended(id: &str, status: S, delivery: Option<Delivery>) -> Notification {
    Notification {
        retry_count: 5,
        last_error: Some("gone".to_owned()),
        status,
        delivery,
        sent_at: delivery.map(|_| build::at(0)),
        ..build::notification(id)
    }
}

async fn insert(t: &ServiceBench, rows: Vec<Notification>) {
    t.write(move |tx| rows.iter().try_for_each(|row| tx.notifications().insert(row).map(drop))).await;
}

async fn add_channel(t: &ServiceBench, channel: Channel) {
    t.write(move |tx| tx.channels().insert(&channel)).await;
}

async fn find(t: &ServiceBench, id: &str) -> Notification {
    let id = build::id(id);
    t.read(move |tx| tx.notifications().find(&id)).await.unwrap()
}

fn field(error: ServiceError) -> FieldError {
    match error {
        ServiceError::Unprocessable(mut fields) | ServiceError::Invalid(mut fields) => fields.remove(0),
        other => panic!("not about fields: {other:?}"),
    }
}

async fn is_woken(t: &ServiceBench) -> bool {
    tokio::select! {
        biased;
        () = t.wakeups.notifications_woken() => true,
        () = std::future::ready(()) => false,
    }
}

#[tokio::test]
async fn reading_one_leaves_its_delivery_alone_and_is_recorded_once() {
    let t = ServiceBench::empty().await;
    insert(&t, vec![build::notification("notif-one")]).await;
    for _ in 0..2 {
        notifications(&t).mark_read(&operator(), &id("notif-one")).await.unwrap();
        t.clock.advance(std::time::Duration::from_secs(1));
    }
    let expected = Notification { read_at: Some(build::at(0)), ..build::notification("notif-one") };
    assert_eq!(find(&t, "notif-one").await, expected);
    assert_eq!(t.audited().await, ["notification_read"]);
    let missing = notifications(&t).mark_read(&operator(), &id("notif-none")).await.unwrap_err();
    assert_eq!(missing.code(), "not_found");
    let refused = notifications(&t).mark_read(&viewer(), &id("notif-one")).await.unwrap_err();
    assert_eq!(refused.code(), "forbidden");
}

#[tokio::test]
async fn a_dead_one_is_requeued_over_its_own_channel_or_another_of_its_kind() {
    for t in ServiceBench::both().await {
        add_channel(&t, Channel { enabled: false, ..build::channel("nc-off") }).await;
        add_channel(&t, Channel { created_at: build::at(2), ..build::channel("nc-a") }).await;
        add_channel(&t, Channel { created_at: build::at(1), ..build::channel("nc-b") }).await;
        let over = |name: &str, channel: Option<&str>| Notification {
            channel_id: channel.map(build::id),
            ..ended(name, S::Dead, None)
        };
        let slack = Notification {
            channel: Kind::Slack,
            ..ended("notif-slack", S::Sent, Some(Delivery::NoNotifier))
        };
        insert(
            &t,
            vec![
                over("notif-own", Some("nc-a")),
                over("notif-gone", Some("nc-gone")),
                over("notif-none", None),
                slack,
            ],
        )
        .await;
        for (name, channel) in [
            ("notif-own", Some("nc-a")),
            ("notif-gone", Some("nc-b")),
            ("notif-none", Some("nc-b")),
            ("notif-slack", None),
        ] {
            notifications(&t).requeue(&operator(), &id(name)).await.unwrap();
            assert!(is_woken(&t).await);
            let row = find(&t, name).await;
            assert_eq!((row.status, row.channel_id), (S::Pending, channel.map(build::id)), "{name}");
            assert_eq!((row.retry_count, row.last_error, row.delivery), (0, None, None));
        }
        assert_eq!(t.audited().await, ["notification_requeued"; 4]);
    }
}

#[tokio::test]
async fn what_was_delivered_or_is_under_way_is_not_requeued() {
    let t = ServiceBench::empty().await;
    let held = Notification {
        next_retry_at: Some(build::at(0)),
        lease: Some(Lease { owner: "replica".to_owned(), until: build::at(60) }),
        ..ended("notif-held", S::Failed, None)
    };
    insert(
        &t,
        vec![
            ended("notif-sent", S::Sent, Some(Delivery::Delivered)),
            ended("notif-cancelled", S::Cancelled, None),
            build::notification("notif-pending"),
            held,
        ],
    )
    .await;
    for name in ["notif-sent", "notif-cancelled", "notif-pending", "notif-held"] {
        let refusal = notifications(&t).requeue(&operator(), &id(name)).await.unwrap_err();
        assert_eq!(refusal.code(), "invalid_state", "{name}: {refusal}");
    }
    let missing = notifications(&t).requeue(&operator(), &id("notif-none")).await.unwrap_err();
    assert_eq!(missing.code(), "not_found");
    assert!(t.audit().await.is_empty() && !is_woken(&t).await);
}

#[tokio::test]
async fn many_are_requeued_in_batches_and_the_rest_stays() {
    for t in ServiceBench::both().await {
        let dead = |n: i64| Notification {
            created_at: build::at(n),
            channel: if n % 2 == 0 { Kind::Email } else { Kind::Slack },
            ..ended(&format!("notif-{n}"), S::Dead, None)
        };
        insert(&t, (0..600).map(dead).collect()).await;
        insert(&t, vec![ended("notif-nobody", S::Sent, Some(Delivery::NoNotifier))]).await;
        let query = NotificationQuery {
            status: Some(S::Dead),
            channel: Some(Kind::Email),
            created_before: Some(build::at(596)),
            ..NotificationQuery::default()
        };
        let done = notifications(&t).requeue_matching(&operator(), query).await.unwrap();
        assert_eq!(done, Requeued { count: 298, more: false });
        assert!(is_woken(&t).await);
        let count = async |status| {
            let query = NotificationQuery { status: Some(status), ..NotificationQuery::default() };
            notifications(&t).list(&viewer(), query, ListRequest::default()).await.unwrap().total
        };
        assert_eq!((count(S::Pending).await, count(S::Dead).await, count(S::Sent).await), (298, 302, 1));
        let nobody =
            NotificationQuery { delivery: Some(Delivery::NoNotifier), ..NotificationQuery::default() };
        let done = notifications(&t).requeue_matching(&operator(), nobody).await.unwrap();
        assert_eq!(done.count, 1);
        // One event for each transaction, with its count.
        let events = t.audit().await;
        let counts: u64 = events
            .iter()
            .map(|event| serde_json::from_str::<serde_json::Value>(event.details.as_str()).unwrap())
            .map(|details| details["count"].as_u64().unwrap())
            .sum();
        assert_eq!(counts, 299);
    }
}

#[tokio::test]
async fn a_requeue_of_many_names_what_it_means() {
    let t = ServiceBench::empty().await;
    let refused = async |status, delivery| {
        let query = NotificationQuery { status, delivery, ..NotificationQuery::default() };
        field(notifications(&t).requeue_matching(&operator(), query).await.unwrap_err()).field
    };
    assert_eq!(refused(None, None).await, "status");
    assert_eq!(refused(Some(S::Sent), None).await, "status");
    assert_eq!(refused(Some(S::Pending), None).await, "status");
    assert_eq!(refused(None, Some(Delivery::Delivered)).await, "delivery");
    assert_eq!(refused(Some(S::Dead), Some(Delivery::NoNotifier)).await, "delivery");
    let query = NotificationQuery { status: Some(S::Dead), ..NotificationQuery::default() };
    let forbidden = notifications(&t).requeue_matching(&viewer(), query).await.unwrap_err();
    assert_eq!(forbidden.code(), "forbidden");
}

#[tokio::test]
async fn a_test_is_a_notification_like_any_other() {
    let t = ServiceBench::empty().await;
    add_channel(&t, build::channel("nc-mail")).await;
    add_channel(&t, Channel { kind: Kind::Slack, ..build::channel("nc-slack") }).await;
    let service = notifications(&t);
    let mail =
        service.test(&operator(), Kind::Email.into(), Some("Ops@EXAMPLE.com".to_owned())).await.unwrap();
    assert_eq!((&*mail.recipient, mail.channel_id.clone()), ("Ops@example.com", Some(build::id("nc-mail"))));
    assert_eq!((mail.kind, mail.status), (NotificationType::Test, S::Pending));
    assert!(is_woken(&t).await);
    let shown = service.get(&viewer(), &mail.id).await.unwrap();
    assert_eq!((shown.notification, shown.attempts), (mail.clone(), Vec::new()));
    let slack = service.test(&operator(), ChannelRef::Channel(build::id("nc-slack")), None).await.unwrap();
    assert_eq!((slack.channel, &*slack.recipient), (Kind::Slack, "Channel nc-slack"));
    // A kind without a channel shows what becomes of such notifications.
    let nobody = service.test(&operator(), Kind::PagerDuty.into(), None).await.unwrap();
    assert_eq!(nobody.channel_id, None);
    // Each is one of its own.
    service.test(&operator(), Kind::Email.into(), Some("ops@example.com".to_owned())).await.unwrap();
    let events = t.audit().await;
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|event| event.action == "notification_tested"));
    assert!(!format!("{events:?}").to_lowercase().contains("ops@"));
}

#[tokio::test]
async fn a_test_needs_a_channel_that_works_and_an_address_for_mail_only() {
    let t = ServiceBench::empty().await;
    add_channel(&t, Channel { enabled: false, ..build::channel("nc-off") }).await;
    let test = async |channel: ChannelRef, recipient: Option<&str>| {
        let recipient = recipient.map(str::to_owned);
        notifications(&t).test(&operator(), channel, recipient).await.unwrap_err()
    };
    let off = test(ChannelRef::Channel(build::id("nc-off")), Some("ops@example.com")).await;
    assert_eq!(off.code(), "disabled");
    assert_eq!(field(test(ChannelRef::Channel(build::id("nc-none")), None).await).field, "channel_id");
    assert_eq!(field(test(Kind::Email.into(), None).await).field, "recipient");
    for address in ["nobody", "a@example.com\r\nBcc: b@example.com", ""] {
        assert_eq!(field(test(Kind::Email.into(), Some(address)).await).field, "recipient", "{address:?}");
    }
    assert_eq!(field(test(Kind::Slack.into(), Some("ops@example.com")).await).field, "recipient");
    assert!(t.audit().await.is_empty());
}
