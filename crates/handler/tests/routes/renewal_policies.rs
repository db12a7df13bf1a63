//! Routes of renewal policies.

use crate::support::{Bench, request, sample};
use actix_web::http::Method;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn renewal_policies_are_listed_and_shown_with_their_tag() {
    let bench = Bench::new();
    assert_json_snapshot!("renewal_policy_list", bench.get("viewer", "/renewal-policies").await.json());
    let answer = bench.get("viewer", "/renewal-policies/sample-1").await;
    let tag = format!("\"{}\"", sample::renewal_policy("sample-1").revision());
    assert_eq!((answer.status, answer.header("etag")), (200, &*tag));
    assert_eq!(bench.get("viewer", "/renewal-policies/rp-none").await.refusal().0, 404);
    assert_eq!(bench.get("viewer", "/renewal-policies?colour=red").await.field(), "colour");
}

#[actix_web::test]
async fn what_is_left_out_takes_its_default() {
    let answer = Bench::new().post("operator", "/renewal-policies", &json!({ "name": "Web" })).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/renewal-policies/sample-new"));
    assert_json_snapshot!("renewal_policy_created", answer.json());
}

#[actix_web::test]
async fn malformed_fields_are_named() {
    let bench = Bench::new();
    let post = async |body| bench.post("operator", "/renewal-policies", &body).await.field();
    assert_eq!(post(json!({})).await, "name");
    assert_eq!(post(json!({ "name": "a", "max_retries": -1 })).await, "max_retries");
    assert_eq!(post(json!({ "name": "a", "agent_group_id": "No Id" })).await, "agent_group_id");
    assert_eq!(post(json!({ "name": "a", "alert_channels": { "loud": [] } })).await, "alert_channels.loud");
    assert_eq!(
        post(json!({ "name": "a", "alert_channels": { "critical": ["Email", "Fax"] } })).await,
        "alert_channels.critical[1]"
    );
    let window = |window| json!({ "name": "a", "maintenance_windows": [window] });
    let whole = json!({ "days": ["mon"], "start": "22:00", "end": "04:00" });
    let mut wrong = whole.clone();
    wrong["timezone"] = json!("Europe/Atlantis");
    assert_eq!(post(window(wrong)).await, "maintenance_windows[0].timezone");
    let mut wrong = whole.clone();
    wrong["start"] = json!("2am");
    assert_eq!(post(window(wrong)).await, "maintenance_windows[0].start");
    let mut wrong = whole;
    wrong["days"] = json!(["mon", "montag"]);
    assert_eq!(post(window(wrong)).await, "maintenance_windows[0].days[1]");
    let freeze = json!({ "from": "2026-12-20T00:00:00Z", "until": "soon", "reason": "sale" });
    assert_eq!(post(json!({ "name": "a", "freeze_periods": [freeze] })).await, "freeze_periods[0].until");
    assert_eq!(
        post(json!({ "name": "a", "renewal_window_fraction": 0.95 })).await,
        "renewal_window_fraction"
    );
    assert_eq!(
        post(json!({ "name": "a", "alert_severity_map": { "7": "loud" } })).await,
        "alert_severity_map.7"
    );
}

#[actix_web::test]
async fn an_array_is_no_object_however_deep_it_is() {
    let bench = Bench::new();
    let freeze = json!(["2026-11-26T00:00:00Z", "2026-12-01T00:00:00Z", "sale"]);
    let body = json!({ "name": "new", "freeze_periods": [freeze] });
    let path = "/renewal-policies/sample-1";
    for answer in [
        bench.post("operator", "/renewal-policies", &body).await,
        bench.put("operator", path, &body).await,
        bench.patch("operator", path, &body).await,
    ] {
        assert_eq!(answer.refusal(), (400, "invalid_request".to_owned()));
        assert_eq!(answer.field(), "freeze_periods[0]");
    }
}

#[actix_web::test]
async fn a_replacement_resets_what_it_leaves_out_and_a_patch_keeps_it() {
    let bench = Bench::new();
    let path = "/renewal-policies/sample-1";
    let replaced = bench.put("operator", path, &json!({ "name": "new" })).await.json();
    assert_eq!((&replaced["name"], &replaced["renewal_window_days"]), (&json!("new"), &json!(30)));

    let patched = bench.patch("operator", path, &json!({ "name": "new", "auto_renew": null })).await.json();
    assert_eq!((&patched["name"], &patched["renewal_window_days"]), (&json!("new"), &json!(21)));
    assert_eq!(
        (&patched["auto_renew"], &patched["alert_severity_map"]),
        (&json!(true), &json!({ "7": "critical" }))
    );
    let deeper = json!({ "alert_severity_map": { "7": null, "30": "warning" } });
    let patched = bench.patch("operator", path, &deeper).await.json();
    assert_eq!(patched["alert_severity_map"], json!({ "30": "warning" }));
    assert_eq!(patched["renewal_window_fraction"], json!(0.25));
    assert_eq!(patched["agent_group_id"], json!("sample-1"));
    let taken_back =
        json!({ "renewal_window_fraction": null, "maintenance_windows": null, "agent_group_id": null });
    let patched = bench.patch("operator", path, &taken_back).await.json();
    assert_eq!((patched.get("renewal_window_fraction"), &patched["maintenance_windows"]), (None, &json!([])));
    assert_eq!(patched.get("agent_group_id"), None);
    assert_eq!(bench.patch("operator", path, &json!({ "name": null })).await.field(), "name");
    assert_eq!(bench.patch("operator", path, &json!([1])).await.field(), "");
}

#[actix_web::test]
async fn a_patch_in_plain_json_is_read_and_its_tag_is_obeyed() {
    let bench = Bench::new();
    let patch = |tag: &str| {
        let body = json!({ "max_retries": 1 });
        let tag = ("if-match", tag.to_owned());
        request(Method::PATCH, "/renewal-policies/sample-1", "operator").insert_header(tag).set_json(body)
    };
    let tag = format!("\"{}\"", sample::renewal_policy("sample-1").revision());
    let answer = bench.send(patch(&tag)).await;
    assert_eq!((answer.status, &answer.json()["max_retries"]), (200, &json!(1)));
    assert_eq!(bench.send(patch("\"1\"")).await.refusal(), (409, "stale".to_owned()));
}

#[actix_web::test]
async fn a_renewal_policy_in_use_stays() {
    let bench = Bench::new();
    let answer = bench.delete("operator", "/renewal-policies/sample-1").await;
    assert_eq!(answer.refusal(), (409, "in_use".to_owned()));
    assert_eq!(answer.json()["details"]["counts"]["certificates"], 3);
    assert_eq!(bench.delete("operator", "/renewal-policies/sample-2").await.status, 204);
    assert_eq!(bench.delete("viewer", "/renewal-policies/sample-2").await.refusal().0, 403);
}
