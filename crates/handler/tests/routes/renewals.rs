//! Routes about what happens to certificates by itself.

use crate::support::Bench;
use insta::assert_json_snapshot;
use serde_json::json;

#[actix_web::test]
async fn what_happens_next_is_explained() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/certificates/mc-1/explain").await;
    assert_json_snapshot!("certificate_explained", answer.json());
    assert_eq!(bench.get("viewer", "/certificates/mc-none/explain").await.refusal().0, 404);
}

#[actix_web::test]
async fn a_certificate_is_paused_for_a_reason_and_unpaused() {
    let bench = Bench::new();
    let reason = json!({ "reason": "the zone moves" });
    let paused = bench.post("operator", "/certificates/mc-1/pause", &reason).await;
    assert_eq!((paused.status, &paused.json()["pause_reason"]), (200, &json!("the zone moves")));
    assert_eq!(paused.json()["paused_at"], "2026-03-03T00:00:00Z");
    assert_eq!(paused.json().get("next_renewal_at"), None);

    let unpaused = bench.act("operator", "/certificates/mc-1/unpause").await;
    assert_eq!((unpaused.status, unpaused.json().get("paused_at")), (200, None));
}

#[actix_web::test]
async fn a_pause_needs_a_reason_a_living_certificate_and_the_permission() {
    let bench = Bench::new();
    let pause = "/certificates/mc-1/pause";
    assert_eq!(bench.post("operator", pause, &json!({})).await.field(), "reason");
    assert_eq!(bench.post("operator", pause, &json!({ "reason": "a", "until": 1 })).await.field(), "until");
    let reason = json!({ "reason": "a" });
    let archived = bench.post("operator", "/certificates/mc-2/pause", &reason).await.refusal();
    assert_eq!(archived, (409, "invalid_state".to_owned()));
    assert_eq!(bench.post("operator", "/certificates/mc-none/pause", &reason).await.refusal().0, 404);
    assert_eq!(bench.post("viewer", pause, &reason).await.refusal().0, 403);
    assert_eq!(bench.act("viewer", "/certificates/mc-1/unpause").await.refusal().0, 403);
}
