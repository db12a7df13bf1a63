//! Routes of notifications.

use crate::support::Bench;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn notifications_are_listed_with_every_field() {
    assert_json_snapshot!("notification_list", Bench::new().get("viewer", "/notifications").await.json());
    assert_eq!(Bench::new().get("metrics", "/notifications").await.refusal().0, 403);
}

#[actix_web::test]
async fn every_filter_of_notifications_restricts() {
    let bench = Bench::new();
    for (query, total) in [
        ("status=failed", 1),
        ("status=sent", 1),
        ("status=dead", 0),
        // As older clients ask.
        ("status=read", 1),
        ("status=read&read=true", 1),
        ("delivery=delivered", 1),
        ("delivery=no_notifier", 0),
        ("type=RenewalSuccess", 1),
        ("severity=critical", 2),
        ("severity=warning", 0),
        ("channel=Slack", 0),
        ("channel_id=nc-1", 2),
        ("channel_id=nc-2", 0),
        ("certificate_id=mc-1", 2),
        ("read=false", 1),
        ("created_after=2026-01-03", 0),
        ("created_before=2026-01-03", 2),
    ] {
        assert_eq!(
            bench.get("viewer", &format!("/notifications?{query}")).await.json()["total"],
            total,
            "{query}"
        );
    }
    for (query, field) in [
        ("status=lost", "status"),
        ("type=Nonsense", "type"),
        ("severity=loud", "severity"),
        ("channel=Pager", "channel"),
        ("channel_id=NO", "channel_id"),
        ("read=maybe", "read"),
        ("status=read&read=false", "read"),
        ("created_after=yesterday", "created_after"),
        ("colour=red", "colour"),
        ("cursor=nonsense", "cursor"),
    ] {
        assert_eq!(bench.get("viewer", &format!("/notifications?{query}")).await.field(), field, "{query}");
    }
}

#[actix_web::test]
async fn one_notification_is_shown_with_its_attempts() {
    let answer = Bench::new().get("viewer", "/notifications/sample-1").await;
    assert_json_snapshot!("notification", answer.json());
    assert_eq!(
        Bench::new().get("viewer", "/notifications/notif-none").await.refusal(),
        (404, "not_found".to_owned())
    );
}

#[actix_web::test]
async fn one_notification_is_marked_and_requeued() {
    let bench = Bench::new();
    let read = bench.act("operator", "/notifications/sample-1/read").await;
    assert_eq!((read.status, read.json()), (200, json!({ "status": "marked_as_read" })));
    let requeued = bench.act("operator", "/notifications/sample-1/requeue").await;
    assert_eq!((requeued.status, requeued.json()), (200, json!({ "status": "requeued" })));
    for action in ["read", "requeue"] {
        let path = |id: &str| format!("/notifications/{id}/{action}");
        assert_eq!(bench.act("operator", &path("notif-none")).await.refusal().0, 404);
        assert_eq!(bench.act("viewer", &path("sample-1")).await.refusal().0, 403);
    }
    let sent = bench.act("operator", "/notifications/notif-sent/requeue").await;
    assert_eq!(sent.refusal(), (409, "invalid_state".to_owned()));
}

#[actix_web::test]
async fn many_notifications_are_requeued_by_filter() {
    let bench = Bench::new();
    let requeue = async |body| bench.post("operator", "/notifications/requeue", &body).await;
    let answer = requeue(json!({ "status": "failed", "channel": "Email" })).await;
    assert_eq!((answer.status, answer.json()), (200, json!({ "requeued": 1, "more": false })));
    assert_eq!(requeue(json!({})).await.field(), "status");
    assert_eq!(requeue(json!({ "status": "lost" })).await.field(), "status");
    assert_eq!(bench.post("viewer", "/notifications/requeue", &json!({})).await.refusal().0, 403);
}

#[actix_web::test]
async fn a_channel_or_a_kind_of_channel_is_tried() {
    let bench = Bench::new();
    let test = async |body| bench.post("operator", "/notifications/test", &body).await;
    let answer = test(json!({ "channel": "Email", "recipient": "ops@example.com" })).await;
    assert_eq!((answer.status, answer.header("location")), (202, "/api/v1/notifications/notif-test"));
    assert_eq!(
        (&answer.json()["type"], &answer.json()["recipient"]),
        (&json!("Test"), &json!("ops@example.com"))
    );
    assert_eq!(test(json!({ "channel_id": "nc-7" })).await.json()["channel_id"], "nc-7");
    assert_eq!(test(json!({})).await.field(), "channel_id");
    assert_eq!(test(json!({ "channel_id": "nc-7", "channel": "Slack" })).await.field(), "channel");
    assert_eq!(test(json!({ "channel": "Pager" })).await.field(), "channel");
    assert_eq!(bench.post("viewer", "/notifications/test", &json!({})).await.refusal().0, 403);
}
