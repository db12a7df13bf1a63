//! Lanes: what one channel does is nothing to the others, nor to a shutdown.

use super::double::Does;
use super::post::{LEASE, Post};
use crate::bench::ServiceBench;
use crate::flow::Never;
use certctl_domain::notification::{NotificationChannel, NotificationStatus};
use certctl_service::DeliveryLoop;
use certctl_service_api::engine::Reconciler;
use std::sync::Arc;
use std::time::Duration;

const SENT: NotificationStatus = NotificationStatus::Sent;

#[tokio::test]
async fn a_channel_that_hangs_delays_no_other_not_even_in_later_rounds() {
    for post in Post::both().await {
        post.channel("nc-slow", NotificationChannel::Webhook).await;
        post.channel("nc-fast", NotificationChannel::Slack).await;
        post.double.now("nc-slow", Does::TakesInSilence);
        for n in 0..100 {
            post.notify(&format!("slow-{n:03}"), NotificationChannel::Webhook, Some("nc-slow")).await;
        }
        let server = post.replica("server");
        let delivery = DeliveryLoop::deliver(Arc::clone(&server.engine));
        for id in ["fast-1", "fast-2"] {
            post.notify(id, NotificationChannel::Slack, Some("nc-fast")).await;
            // The round goes on as long as the slow lane does; it is the next one that matters here.
            tokio::select! {
                _ = delivery.activate(&Never) => panic!("the round did not look after its lanes"),
                () = post.becomes(id, SENT) => {}
            }
        }
        assert!(!server.engine.is_idle(), "the slow lane is still at work");
        let next = delivery.next_due().await;
        assert_eq!(next, Some(post.now().plus(LEASE)), "what the lane will take needs no further round");
        let slow = post.double.handed().iter().filter(|one| one.id.starts_with("slow")).count();
        assert_eq!(slow, 8, "a lane has so many hands and no more");
        post.double.speak();
        server.round().await;
        assert_eq!(post.counts().await.pending, 0);
    }
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_it_began_and_gives_back_the_rest() {
    for post in Post::both().await {
        post.channel("nc-slow", NotificationChannel::Webhook).await;
        post.double.now("nc-slow", Does::TakesInSilence);
        for n in 0..100 {
            post.notify(&format!("slow-{n:03}"), NotificationChannel::Webhook, Some("nc-slow")).await;
        }
        let server = post.replica("server");
        let delivery = DeliveryLoop::deliver(Arc::clone(&server.engine));
        tokio::select! {
            _ = delivery.activate(&Never) => panic!("the round did not look after its lanes"),
            () = post.handed(8) => {}
        }
        server.tasks.soft().cancel();
        post.double.speak();
        let idle = async {
            while !server.engine.is_idle() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), idle).await.unwrap();
        let counts = post.counts().await;
        assert_eq!((counts.pending, counts.failed), (92, 0));
        post.replica("the-next-one").round().await;
        assert_eq!(post.counts().await.pending, 0, "the rest was free at once");
        assert_eq!(post.double.handed().len(), 100, "and nothing was sent twice");
    }
}

#[tokio::test]
async fn what_a_server_sent_before_it_died_is_sent_again_with_the_same_key_and_never_lost() {
    for post in Post::both().await {
        post.channel("nc-hook", NotificationChannel::Webhook).await;
        post.double.now("nc-hook", Does::TakesInSilence);
        post.notify("notif-one", NotificationChannel::Webhook, Some("nc-hook")).await;
        let dying = post.replica("dying");
        let delivery = DeliveryLoop::deliver(Arc::clone(&dying.engine));
        tokio::select! {
            _ = delivery.activate(&Never) => panic!("the round did not look after its lanes"),
            () = post.handed(1) => {}
        }
        let heir = post.replica("heir");
        post.double.now("nc-hook", Does::Takes);
        heir.round().await;
        assert_eq!(post.double.handed().len(), 1, "its lease still holds");
        post.advance(LEASE);
        heir.round().await;
        let row = post.row("notif-one").await;
        assert_eq!((row.status, row.claims), (SENT, 2));
        let keys: Vec<_> = post.double.handed().into_iter().map(|one| one.dedup_key).collect();
        assert_eq!(keys, ["key-notif-one", "key-notif-one"]);

        // The first one was only slow; what it has to say comes too late.
        post.double.speak();
        dying.round().await;
        assert_eq!(post.row("notif-one").await, row);
        assert_eq!(post.attempts("notif-one").await.len(), 1);
    }
}

#[tokio::test]
async fn a_message_links_to_the_object_that_it_is_about() {
    let post = Post::on(ServiceBench::new().await);
    post.channel("nc-ops", NotificationChannel::Slack).await;
    post.notify("notif-one", NotificationChannel::Slack, Some("nc-ops")).await;
    post.replica("server").round().await;
    assert_eq!(post.double.handed()[0].link.as_deref(), Some("https://certctl.example.com/jobs/job-one"));
}
