//! What a bench has told: its alerts, and the notifications they lead to.

use crate::bench::ServiceBench;
use crate::flow::Never;
use certctl_domain::JsonText;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::{
    Alert, Channel, ChannelHealth, Notification, NotificationChannel, NotificationType, Routing,
};
use certctl_repository::{NotificationFilter, PageRequest};
use certctl_service::NotificationRouter;
use certctl_service_api::engine::{Reconciler, Report};
use certctl_testkit::build;
use std::sync::Arc;

/// Alerts that wait for their routing, oldest first.
pub(crate) async fn alerts(bench: &ServiceBench) -> Vec<Alert> {
    bench.read(|tx| tx.alerts().unrouted(500)).await
}

/// Their kinds.
pub(crate) async fn kinds(bench: &ServiceBench) -> Vec<NotificationType> {
    alerts(bench).await.into_iter().map(|alert| alert.kind).collect()
}

/// Routes what waits.
pub(crate) async fn route(bench: &ServiceBench) -> Report {
    let report =
        NotificationRouter::new(bench.base.clone(), Arc::clone(&bench.wakeups)).activate(&Never).await;
    assert_eq!(report.error, None);
    report
}

/// All notifications, oldest first.
pub(crate) async fn notifications(bench: &ServiceBench) -> Vec<Notification> {
    let filter = NotificationFilter::default();
    let mut found =
        bench.read(move |tx| tx.notifications().list(&filter, &PageRequest::first(500))).await.items;
    found.reverse();
    found
}

/// An enabled channel whose name is its id.
pub(crate) fn channel(id: &str, kind: NotificationChannel) -> Channel {
    Channel {
        id: build::id(id),
        name: id.to_owned(),
        kind,
        public_config: JsonText::empty_object(),
        sealed_config: Vec::new(),
        enabled: true,
        source: ConnectorSource::Database,
        health: ChannelHealth::default(),
        created_at: build::at(0),
        updated_at: build::at(0),
    }
}

pub(crate) async fn add_channel(bench: &ServiceBench, channel: Channel) {
    bench.write(move |tx| tx.channels().insert(&channel)).await;
}

/// Replaces the routing; only once in a test.
pub(crate) async fn set_routing(bench: &ServiceBench, routing: Routing) {
    let document = JsonText::trusted(serde_json::to_string(&routing).unwrap());
    bench.write(move |tx| tx.notification_settings().put("routing", &document, build::at(0), None)).await;
}
