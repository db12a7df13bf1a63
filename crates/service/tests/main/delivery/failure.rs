//! Failures: how often, when again, and when never.

use super::double::Does;
use super::post::{Post, REST};
use certctl_connector_api::ErrorKind;
use certctl_domain::notification::{
    AttemptResult, Delivery, NotificationChannel, NotificationStatus, NotificationType,
};
use certctl_domain::retry::FailureClass;
use std::time::Duration;

const DOWN: Does = Does::Fails(ErrorKind::Upstream5xx, FailureClass::Transient, "503 try later");
const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_channel_that_fails_gets_exactly_five_attempts_and_a_requeue_delivers() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", DOWN);
        post.notify("notif-one", NotificationChannel::Webhook, Some("nc-hook")).await;
        let server = post.replica("server");
        for (failures, pause) in [(1, 1), (2, 2), (3, 4), (4, 8)] {
            server.round().await;
            let row = post.row("notif-one").await;
            assert_eq!((row.status, row.retry_count), (NotificationStatus::Failed, failures));
            assert_eq!(row.last_error.as_deref(), Some("503 try later"));
            let again = row.next_retry_at.unwrap().since(post.now());
            // The ids of tests make next to no jitter.
            assert_eq!((again.as_secs() + 30) / 60, pause, "after {failures} failures");
            post.advance(again.checked_sub(Duration::from_secs(1)).unwrap());
            server.round().await;
            assert_eq!(post.double.handed().len(), failures as usize, "not before its time");
            post.advance(Duration::from_secs(1));
        }
        server.round().await;
        let dead = post.row("notif-one").await;
        assert_eq!((dead.status, dead.retry_count), (NotificationStatus::Dead, 5));
        assert_eq!((dead.next_retry_at, dead.delivery, dead.sent_at), (None, None, None));
        post.advance(Duration::from_hours(9));
        server.round().await;
        let handed = post.double.handed();
        assert_eq!(handed.len(), 5);
        assert!(handed.iter().all(|one| one.dedup_key == "key-notif-one"));
        server.shows("certctl_notification_attempts_total{channel=\"Webhook\",result=\"failed\"} 4");
        server.shows("certctl_notification_attempts_total{channel=\"Webhook\",result=\"dead\"} 1");

        post.double.now("nc-hook", Does::Takes);
        post.requeue("notif-one", "nc-hook").await;
        server.round().await;
        let sent = post.row("notif-one").await;
        assert_eq!((sent.status, sent.delivery), (NotificationStatus::Sent, Some(Delivery::Delivered)));
        assert_eq!((sent.retry_count, sent.last_error, sent.sent_at), (0, None, Some(post.now())));
        let attempts = post.attempts("notif-one").await;
        assert_eq!(attempts.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(attempts.last().unwrap().result, AttemptResult::Delivered);
        assert_eq!(attempts.last().unwrap().detail, "202 accepted");
    }
}

#[tokio::test]
async fn success_leaves_the_number_of_failures_on_record() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", DOWN);
        post.notify("notif-one", NotificationChannel::Webhook, Some("nc-hook")).await;
        let server = post.replica("server");
        server.round().await;
        post.advance(MINUTE);
        post.double.now("nc-hook", Does::Takes);
        server.round().await;
        let sent = post.row("notif-one").await;
        assert_eq!((sent.status, sent.retry_count), (NotificationStatus::Sent, 1));
    }
}

#[tokio::test]
async fn what_can_never_work_is_dead_at_once_with_the_reason() {
    for post in Post::both().await {
        post.channel("nc-mail", NotificationChannel::Email).await;
        let refused = Does::Fails(ErrorKind::Upstream4xx, FailureClass::Permanent, "550 no\r\nsuch user");
        post.double.now("nc-mail", refused);
        for n in 0..7 {
            post.notify(&format!("notif-{n}"), NotificationChannel::Email, Some("nc-mail")).await;
        }
        let server = post.replica("server");
        server.round().await;
        for n in 0..7 {
            let dead = post.row(&format!("notif-{n}")).await;
            assert_eq!((dead.status, dead.retry_count), (NotificationStatus::Dead, 1));
            assert_eq!(dead.last_error.as_deref(), Some("550 no  such user"));
        }
        let health = post.health("nc-mail").await;
        assert_eq!(health.failing_since, None, "a mailbox that is refused says nothing about the server");
        assert!(post.alerts().await.is_empty());
    }
}

#[tokio::test]
async fn a_channel_that_asks_for_a_pause_gets_it_but_no_longer_than_an_hour() {
    for post in Post::both().await {
        for (id, asked, waits) in [("nc-a", 20, 20), ("nc-b", 600, 60)] {
            post.channel(id, NotificationChannel::Slack).await;
            let pause = FailureClass::Throttled(Some(MINUTE * asked));
            post.double.now(id, Does::Fails(ErrorKind::RateLimited, pause, "429"));
            post.notify(&id.replace("nc", "notif"), NotificationChannel::Slack, Some(id)).await;
            post.replica("server").round().await;
            let row = post.row(&id.replace("nc", "notif")).await;
            assert_eq!(row.next_retry_at, Some(post.now().plus(MINUTE * waits)));
        }
    }
}

#[tokio::test]
async fn a_channel_that_keeps_failing_rests_and_leaves_the_others_their_attempts() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", DOWN);
        for n in 0..60 {
            post.notify(&format!("notif-{n:02}"), NotificationChannel::Webhook, Some("nc-hook")).await;
        }
        let server = post.replica("server");
        server.round().await;
        let tried = post.double.handed().len();
        assert!((5..=12).contains(&tried), "{tried} were tried before the channel rested");
        let counts = post.counts().await;
        assert_eq!((counts.failed, counts.pending), (tried as u64, 60 - tried as u64));
        let health = post.health("nc-hook").await;
        assert_eq!(health.consecutive_failures as usize, tried);
        assert!(health.failing_since.is_some() && health.last_error.as_deref() == Some("503 try later"));
        let [alert] = post.alerts().await.try_into().unwrap();
        assert_eq!(alert.kind, NotificationType::ChannelFailing);
        assert_eq!(alert.incident.unwrap().key, "channel/nc-hook");

        // Another server knows it, too, and so does this one after a restart.
        post.replica("after-a-restart").round().await;
        assert_eq!(post.double.handed().len(), tried, "the channel rests");
        post.advance(REST);
        server.round().await;
        assert_eq!(post.double.handed().len(), tried + 1, "one notification finds out");

        post.advance(REST);
        post.double.now("nc-hook", Does::Takes);
        while post.counts().await.pending + post.counts().await.failed > 0 {
            server.round().await;
            post.advance(MINUTE);
        }
        assert_eq!(post.health("nc-hook").await.failing_since, None);
        let kinds: Vec<_> = post.alerts().await.into_iter().map(|alert| alert.kind).collect();
        assert_eq!(kinds, [NotificationType::ChannelFailing, NotificationType::ChannelRecovered]);
    }
}

#[tokio::test]
async fn a_notifier_that_panics_costs_one_attempt_and_not_the_process() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", Does::Panics);
        post.notify("notif-one", NotificationChannel::Webhook, Some("nc-hook")).await;
        let server = post.replica("server");
        server.round().await;
        assert_eq!(post.row("notif-one").await.status, NotificationStatus::Failed);
        assert_eq!(server.tasks.tripped(), None);
    }
}

#[tokio::test]
async fn a_restart_resets_no_pause_and_no_count() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", DOWN);
        post.notify("notif-one", NotificationChannel::Webhook, Some("nc-hook")).await;
        post.replica("first-life").round().await;
        let before = post.row("notif-one").await;
        post.advance(Duration::from_secs(30));
        let server = post.replica("second-life");
        server.round().await;
        assert_eq!(post.row("notif-one").await, before);
        post.advance(Duration::from_secs(30));
        server.round().await;
        assert_eq!(post.row("notif-one").await.retry_count, 2);
    }
}
