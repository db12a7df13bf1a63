//! Routes of notification channels and of the routing.

use crate::support::{Bench, request, sample};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn channels_are_listed_and_shown_without_their_secrets() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/notification-channels").await;
    assert_json_snapshot!("channel_list", answer.json());
    assert!(!answer.body.contains("sealed"), "{}", answer.body);
    assert_eq!(bench.get("viewer", "/notification-channels?type=Slack").await.json()["total"], 0);
    assert_eq!(bench.get("viewer", "/notification-channels?type=Pager").await.field(), "type");

    let answer = bench.get("viewer", "/notification-channels/sample-1").await;
    let tag = format!("\"{}\"", sample::channel("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/notification-channels/nc-none").await.refusal().0, 404);
    assert_eq!(bench.get("metrics", "/notification-channels").await.refusal().0, 403);
}

#[actix_web::test]
async fn a_channel_is_added_replaced_and_patched_by_administrators() {
    let bench = Bench::new();
    let new = json!({ "name": "Ops", "type": "Slack", "config": { "webhook_url": "https://x.example" } });
    let answer = bench.post("admin", "/notification-channels", &new).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/notification-channels/nc-new"));
    assert_eq!((&answer.json()["type"], &answer.json()["enabled"]), (&json!("Slack"), &json!(true)));
    assert_eq!(bench.post("operator", "/notification-channels", &new).await.refusal().0, 403);
    let unknown = json!({ "name": "Ops", "type": "Pager" });
    assert_eq!(bench.post("admin", "/notification-channels", &unknown).await.field(), "type");
    assert_eq!(
        bench.post("admin", "/notification-channels", &json!({ "type": "Slack" })).await.field(),
        "name"
    );

    let path = "/notification-channels/sample-1";
    let put = json!({ "name": "Edge", "type": "Webhook", "config": {}, "enabled": false });
    let replaced = bench.put("admin", path, &put).await.json();
    assert_eq!((&replaced["name"], &replaced["enabled"]), (&json!("Edge"), &json!(false)));
    let patched =
        bench.patch("admin", path, &json!({ "config": { "url": "https://y.example" } })).await.json();
    assert_eq!(patched["config"], json!({ "secret": { "set": true }, "url": "https://y.example" }));
    assert_eq!(patched["name"], "sample-1 channel");
    let stale = request(Method::PUT, path, "admin").insert_header(("if-match", "\"1\"")).set_json(&put);
    assert_eq!(bench.send(stale).await.refusal(), (409, "stale".to_owned()));
    assert_eq!(bench.delete("admin", path).await.status, 204);
}

#[actix_web::test]
async fn what_the_environment_configures_is_refused_with_a_code_of_its_own() {
    let bench = Bench::new();
    let path = "/notification-channels/nc-env";
    let refused = (409, "owned_by_environment".to_owned());
    assert_eq!(bench.patch("admin", path, &json!({ "name": "Mine" })).await.refusal(), refused);
    assert_eq!(bench.delete("admin", path).await.refusal(), refused);
}

#[actix_web::test]
async fn the_routing_is_shown_with_its_tag_before_anybody_changed_it() {
    let answer = Bench::new().get("viewer", "/notifications/routing").await;
    assert_eq!((answer.status, answer.header("etag")), (200, "\"0\""));
    assert_json_snapshot!("routing", answer.json());
}

#[actix_web::test]
async fn the_routing_is_replaced_and_patched() {
    let bench = Bench::new();
    let path = "/notifications/routing";
    let whole = json!({
        "cells": [{ "type": "JobDead", "severity": "critical", "channels": ["PagerDuty", "nc-1"] }],
        "defaults": { "critical": ["Email"] }, "emails": ["ops@example.com"],
        "teams": { "t-1": { "channels": ["Slack"], "emails": [] } },
        "owners": { "o-1": { "channels": [], "emails": ["a@example.com"] } },
        "quiet_hours": [{ "days": ["sat"], "start": "00:00", "end": "24:00", "timezone": "UTC" }],
    });
    let mut replaced = bench.put("operator", path, &whole).await.json();
    assert_eq!(
        replaced.as_object_mut().unwrap().remove("updated_at"),
        Some(json!(sample::time(2).to_rfc3339()))
    );
    assert_eq!(replaced, whole);

    // What is left out, or null in a patch, is as every installation begins with it.
    let usual = bench.get("viewer", path).await.json();
    let emptied = bench.put("operator", path, &json!({})).await.json();
    assert_eq!((&emptied["cells"], &emptied["defaults"]), (&usual["cells"], &usual["defaults"]));
    let patched = bench.patch("operator", path, &json!({ "cells": null, "emails": ["x@example.com"] })).await;
    assert_eq!(patched.json()["cells"], usual["cells"]);
    assert_eq!(patched.json()["emails"], json!(["x@example.com"]));

    let unknown = json!({ "cells": [{ "type": "Nonsense", "severity": "critical", "channels": [] }] });
    assert_eq!(bench.put("operator", path, &unknown).await.field(), "cells[0].type");
    let channel = json!({ "defaults": { "critical": ["Pager"] } });
    assert_eq!(bench.put("operator", path, &channel).await.refusal().0, 400);
    assert_eq!(bench.put("viewer", path, &whole).await.refusal().0, 403);
    let stale = request(Method::PUT, path, "operator").insert_header(("if-match", "\"7\"")).set_json(&whole);
    assert_eq!(bench.send(stale).await.refusal(), (409, "stale".to_owned()));
}
