//! Channels that are not there: nothing is wedged, and nothing is silent.

use super::double::Does;
use super::post::{Post, notification};
use crate::flow::Never;
use certctl_connector_api::ErrorKind;
use certctl_domain::notification::{
    AttemptResult, Delivery, Notification, NotificationChannel, NotificationStatus,
};
use certctl_domain::retry::FailureClass;
use certctl_service::reconcile::NotificationRetention;
use certctl_service_api::engine::Reconciler;
use certctl_testkit::build;
use std::time::Duration;

const NOBODY: (NotificationStatus, Option<Delivery>) = (NotificationStatus::Sent, Some(Delivery::NoNotifier));
const DELIVERED: (NotificationStatus, Option<Delivery>) =
    (NotificationStatus::Sent, Some(Delivery::Delivered));

fn end(row: &Notification) -> (NotificationStatus, Option<Delivery>) {
    (row.status, row.delivery)
}

#[tokio::test]
async fn a_notification_without_a_channel_ends_and_says_that_nobody_got_it() {
    for post in Post::both().await {
        post.channel("nc-off", NotificationChannel::Slack).await;
        post.bench.execute("UPDATE notification_channels SET enabled = FALSE");
        post.notify("notif-none", NotificationChannel::PagerDuty, None).await;
        post.notify("notif-off", NotificationChannel::Slack, Some("nc-off")).await;
        post.notify("notif-gone", NotificationChannel::Teams, Some("nc-gone")).await;
        let server = post.replica("server");
        server.round().await;
        for id in ["notif-none", "notif-off", "notif-gone"] {
            let row = post.row(id).await;
            assert_eq!(end(&row), NOBODY, "{id}");
            assert!(row.last_error.unwrap().contains("requeue"), "{id}");
            assert_eq!(post.attempts(id).await[0].result, AttemptResult::NoNotifier);
        }
        assert!(post.double.handed().is_empty());
        assert_eq!(post.counts().await.no_notifier, 3);
        server.shows("certctl_notification_no_notifier_total{channel=\"PagerDuty\"} 1");
        server.shows("certctl_notification_attempts_total{channel=\"Slack\",result=\"no_notifier\"} 1");

        post.channel("nc-pager", NotificationChannel::PagerDuty).await;
        post.requeue("notif-none", "nc-pager").await;
        server.round().await;
        assert_eq!(end(&post.row("notif-none").await), DELIVERED);
    }
}

#[tokio::test]
async fn a_notification_made_before_its_channel_goes_through_the_channel_there_is_now() {
    for post in Post::both().await {
        post.notify("notif-early", NotificationChannel::Slack, None).await;
        post.channel("nc-slack", NotificationChannel::Slack).await;
        post.double.now("nc-slack", Does::Takes);
        post.replica("server").round().await;
        let row = post.row("notif-early").await;
        assert_eq!(end(&row), DELIVERED);
        assert_eq!(row.channel_id, Some(build::id("nc-slack")));
        assert_eq!(post.attempts("notif-early").await.len(), 1);
    }
}

#[tokio::test]
async fn mail_without_an_address_reaches_nobody() {
    for post in Post::both().await {
        post.channel("nc-mail", NotificationChannel::Email).await;
        let row = Notification {
            recipient: String::new(),
            ..notification("notif-one", NotificationChannel::Email, Some("nc-mail"))
        };
        assert!(post.bench.write(move |tx| tx.notifications().insert(&row)).await);
        post.replica("server").round().await;
        assert_eq!(end(&post.row("notif-one").await), NOBODY);
        assert!(post.double.handed().is_empty());
    }
}

#[tokio::test]
async fn what_is_done_goes_after_its_time_and_what_is_dead_stays() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        let refused = FailureClass::Permanent;
        for (id, does) in [
            ("notif-sent", Does::Takes),
            ("notif-dead", Does::Fails(ErrorKind::Upstream4xx, refused, "410 gone")),
        ] {
            post.double.now("nc-hook", does);
            post.notify(id, NotificationChannel::Webhook, Some("nc-hook")).await;
            post.replica("server").round().await;
        }
        let keep = Duration::from_hours(24);
        let retention = NotificationRetention::new(post.bench.base.clone(), keep);
        post.advance(keep);
        assert_eq!(retention.activate(&Never).await.counts, [("notifications", 0), ("alerts", 0)]);
        post.advance(Duration::from_secs(1));
        assert_eq!(retention.activate(&Never).await.counts, [("notifications", 1), ("alerts", 0)]);
        assert_eq!(post.row("notif-dead").await.status, NotificationStatus::Dead);
    }
}
