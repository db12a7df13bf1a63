//! Routes of the digest.

use crate::support::Bench;
use serde_json::json;
use std::sync::atomic::Ordering;

#[actix_web::test]
async fn the_preview_is_a_page_that_can_do_nothing() {
    let bench = Bench::new();
    let answer = bench.get("viewer", "/digest/preview").await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline'"), "{policy}");
    assert!(policy.ends_with("sandbox"), "{policy}");
    assert_eq!(answer.body, "<!DOCTYPE html>\n<p>3 &lt; 4</p>\n");
    assert_eq!(bench.get("viewer", "/digest/preview?day=1").await.field(), "day");
}

#[actix_web::test]
async fn operators_send_it_and_hear_for_how_many() {
    let bench = Bench::new();
    let answer = bench.act("operator", "/digest/send").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"status": "sent", "recipients": 2})));
    assert_eq!(bench.act("viewer", "/digest/send").await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn a_server_without_digests_says_how_to_get_them() {
    let bench = Bench::new();
    bench.digests.off.store(true, Ordering::SeqCst);
    for answer in [bench.get("viewer", "/digest/preview").await, bench.act("admin", "/digest/send").await] {
        assert_eq!(answer.refusal(), (503, "digest_off".to_owned()));
        assert!(answer.body.contains("CERTCTL_DIGEST_ENABLED"), "{}", answer.body);
    }
}
