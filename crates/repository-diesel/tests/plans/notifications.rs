//! Queries of alerts and notifications.

use crate::Query;
use certctl_domain::notification::{NotificationChannel, NotificationStatus, NotificationType};
use certctl_repository::{LaneClaim, NotificationFilter, PageRequest};
use certctl_testkit::build;

pub(crate) fn queries() -> impl Iterator<Item = Query> {
    delivery().into_iter().chain(notice_lists())
}

/// Delivery, its figures and its clean-up follow what is not done.
fn delivery() -> Vec<Query> {
    let lane = |channel: Option<&str>| LaneClaim {
        channel: channel.map(build::id),
        owner: "server".to_owned(),
        at: build::at(9),
        until: build::at(99),
        limit: 10,
    };
    let (one, none) = (lane(Some("nc-one")), lane(None));
    vec![
        ("due lanes", Box::new(|tx| tx.notifications().due_lanes(build::at(9)).map(drop))),
        ("due notifications of a channel", Box::new(move |tx| tx.notifications().claim(&one).map(drop))),
        (
            "due notifications without a channel",
            Box::new(move |tx| tx.notifications().claim(&none).map(drop)),
        ),
        ("the next due notification", Box::new(|tx| tx.notifications().next_due().map(drop))),
        ("counts of notifications", Box::new(|tx| tx.notifications().counts().map(drop))),
        (
            "leases of a server",
            Box::new(|tx| tx.notifications().release(Some("server"), build::at(9)).map(drop)),
        ),
        ("who was told", Box::new(|tx| tx.notifications().told_of("key").map(drop))),
        (
            "an incident that is over",
            Box::new(|tx| tx.notifications().cancel_incident("key", "over").map(drop)),
        ),
        ("old notifications", Box::new(|tx| tx.notifications().delete_done(build::at(9), 10).map(drop))),
        ("unrouted alerts", Box::new(|tx| tx.alerts().unrouted(10).map(drop))),
        ("the oldest unrouted alert", Box::new(|tx| tx.alerts().oldest_unrouted().map(drop))),
        ("old alerts", Box::new(|tx| tx.alerts().delete_routed(build::at(9), 10).map(drop))),
    ]
}

fn notices(name: &'static str, filter: NotificationFilter) -> Query {
    (name, Box::new(move |tx| tx.notifications().list(&filter, &PageRequest::first(100)).map(drop)))
}

fn notice_lists() -> Vec<Query> {
    let none = NotificationFilter::default;
    let dead = Some(NotificationStatus::Dead);
    let kind = Some(NotificationType::Digest);
    let channel = Some(NotificationChannel::Email);
    let certificate_id = Some(build::id("mc-1"));
    vec![
        notices("notifications by status", NotificationFilter { status: dead, ..none() }),
        notices("notifications by type", NotificationFilter { kind, ..none() }),
        notices("notifications by channel", NotificationFilter { channel, ..none() }),
        notices("notifications of a certificate", NotificationFilter { certificate_id, ..none() }),
        notices("new notifications", NotificationFilter { created_after: Some(build::at(9)), ..none() }),
    ]
}
