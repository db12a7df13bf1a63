//! Two servers on one PostgreSQL.

use super::double::Does;
use super::post::{Post, notification};
use crate::bench::ServiceBench;
use certctl_domain::notification::{NotificationChannel, NotificationStatus};
use certctl_repository::{NotificationFilter, PageRequest, Store};
use certctl_repository_diesel::{DatabaseOptions, open};
use certctl_service::Foundation;
use certctl_testkit::TestStore;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

const COUNT: usize = 10_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_end_ten_thousand_notifications_and_send_none_twice_for_one_claim() {
    let post = Post::on(ServiceBench::on(TestStore::postgres().await));
    post.channel("nc-hook", NotificationChannel::Webhook).await;
    post.double.now("nc-hook", Does::FailsOften(30));
    for part in 0..COUNT / 1000 {
        let insert = move |tx: &mut dyn certctl_repository::Tx| {
            for n in 0..1000 {
                let id = format!("notif-{:05}", part * 1000 + n);
                tx.notifications().insert(&notification(
                    &id,
                    NotificationChannel::Webhook,
                    Some("nc-hook"),
                ))?;
            }
            Ok(())
        };
        post.bench.write(insert).await;
    }
    let options = DatabaseOptions { max_connections: 6, ..DatabaseOptions::new(post.bench.db.url().clone()) };
    let second =
        Foundation { store: Store::new(Arc::new(open(options).await.unwrap())), ..post.bench.base.clone() };
    let (a, b) = (post.replica("server-a"), post.replica_on(second, "server-b"));
    for round in 0.. {
        assert!(round < 500, "not done after {round} rounds: {:?}", post.counts().await);
        tokio::join!(a.round(), b.round());
        let counts = post.counts().await;
        if counts.pending + counts.failed == 0 {
            break;
        }
        if a.engine.is_idle() && b.engine.is_idle() {
            post.advance(Duration::from_mins(1));
        }
    }

    let mut sends: HashMap<String, (u32, u32)> = HashMap::new();
    for handed in post.double.handed() {
        let (all, taken) = sends.entry(handed.id).or_default();
        *all += 1;
        *taken += u32::from(handed.taken);
    }
    let (mut seen, mut page) = (0, PageRequest::first(500));
    loop {
        let request = page.clone();
        let rows = post
            .bench
            .read(move |tx| tx.notifications().list(&NotificationFilter::default(), &request))
            .await;
        for row in &rows.items {
            let (all, taken) = sends.get(row.id.as_str()).copied().unwrap();
            let expected = match row.status {
                NotificationStatus::Sent => (row.retry_count + 1, 1),
                NotificationStatus::Dead => (5, 0),
                other => panic!("{} is {other}", row.id),
            };
            assert_eq!((all, taken), expected, "{}: one send for each claim that was tried", row.id);
            seen += 1;
        }
        let Some(next) = rows.next else { break };
        page = PageRequest { after: Some(next), ..page };
    }
    assert_eq!(seen, COUNT);
    let dead = post.counts().await.dead;
    assert!((1..=100).contains(&dead), "0.3^5 of them die, not {dead}");
}
