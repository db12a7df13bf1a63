//! The signed webhook.

use super::support::{NOW, SECRET, config, delivered, document, env, message, try_build, with};
use certctl_domain::notification::NotificationChannel::Webhook;
use certctl_test_support::{Received, require_program};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The check that the documentation gives to receivers.
fn documented_check() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/reference/connectors/webhook.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once("```python\n").expect("the page has a check in Python");
    after.split_once("```").unwrap().0.to_owned()
}

/// Runs the documented check at `now`, apart from everything that made the signature.
fn accepted(received: &Received, secret: &str, now: i64) -> bool {
    let python = require_program("python3", "python3").unwrap();
    let script = format!(
        "{}\nimport sys\nbody = sys.stdin.buffer.read()\n\
         sys.exit(0 if verify({secret:?}.encode(), {:?}, body, now={now}) else 1)\n",
        documented_check(),
        received.header("x-signature").unwrap(),
    );
    let mut child = Command::new(python).args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&received.body).unwrap();
    child.wait().unwrap().success()
}

#[tokio::test]
async fn the_documented_check_accepts_a_signature_and_refuses_what_is_changed_or_old() {
    let received = delivered(Webhook, json!({}), &message()).await;
    assert!(received.header("x-signature").unwrap().starts_with(&format!("t={NOW},v1=")));
    assert_eq!(received.header("x-signature-algorithm"), Some("sha256"));
    assert!(accepted(&received, SECRET, NOW + 299));
    assert!(!accepted(&received, SECRET, NOW + 301), "replayed");
    assert!(!accepted(&received, "another secret of theirs", NOW));
    let mut changed = received;
    changed.body.push(b' ');
    assert!(!accepted(&changed, SECRET, NOW));
}

#[tokio::test]
async fn openssl_makes_the_same_signature() {
    let received = delivered(Webhook, json!({}), &message()).await;
    let openssl = require_program("openssl", "openssl").unwrap();
    let mut child = Command::new(openssl)
        .args(["dgst", "-sha256", "-hmac", SECRET, "-r"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let signed = [format!("{NOW}.").as_bytes(), &received.body].concat();
    child.stdin.take().unwrap().write_all(&signed).unwrap();
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let code = output.split_whitespace().next().unwrap();
    assert_eq!(received.header("x-signature"), Some(format!("t={NOW},v1={code}").as_str()));
}

#[tokio::test]
async fn while_a_secret_is_exchanged_both_are_accepted() {
    let change = json!({"secret": "the new secret of all", "previous_secret": SECRET});
    let received = delivered(Webhook, change, &message()).await;
    assert!(accepted(&received, "the new secret of all", NOW));
    assert!(accepted(&received, SECRET, NOW));
}

#[tokio::test]
async fn without_a_secret_nothing_claims_to_be_signed() {
    let received = delivered(Webhook, json!({"secret": null}), &message()).await;
    assert_eq!(received.header("x-signature"), None);
    assert_eq!(received.header("x-signature-algorithm"), None);
}

#[tokio::test]
async fn a_delivery_bears_its_id_its_event_and_the_headers_of_the_user() {
    let headers = json!({"Authorization": "Bearer abc", "X-Team": "pki", "User-Agent": "ours"});
    let received = delivered(Webhook, json!({"headers": headers}), &message()).await;
    for (name, value) in [
        ("x-certctl-delivery", "notif-0198"),
        ("x-certctl-event", "RenewalFailure"),
        ("authorization", "Bearer abc"),
        ("x-team", "pki"),
        ("user-agent", "ours"),
        ("content-type", "application/json; charset=utf-8"),
    ] {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_cloud_event_is_announced_as_one_and_signed_alike() {
    let received = delivered(Webhook, json!({"format": "cloudevents"}), &message()).await;
    assert_eq!(received.header("content-type"), Some("application/cloudevents+json; charset=utf-8"));
    let event = document(&received);
    assert_eq!((&event["id"], &event["type"]), (&json!("notif-0198"), &json!("certctl.RenewalFailure")));
    assert_eq!(event["data"]["event_id"], "notif-0198");
    assert!(accepted(&received, SECRET, NOW));
}

fn refused(headers: Value) -> Vec<String> {
    let config = with(config(Webhook, "http://127.0.0.1"), "headers", headers);
    let problems = try_build(Webhook, &config, &env()).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn headers_that_are_ours_or_no_headers_are_refused() {
    for name in [
        "Host",
        "host",
        "Content-Length",
        "CONTENT-TYPE",
        "Transfer-Encoding",
        "Connection",
        "X-Signature",
        "x-signature-algorithm",
        "X-Certctl-Delivery",
        "x-certctl-anything",
        "Proxy-Authorization",
        "TE",
    ] {
        assert_eq!(refused(json!({name: "x"})), [format!("headers.{}", name.to_lowercase())], "{name}");
    }
    for name in ["", "a b", "a:b", "a\r\nb", "ä", "a\u{0}"] {
        assert_eq!(refused(json!({name: "x"})), ["headers"], "{name:?}");
    }
    for value in ["a\r\nX-Evil: 1", "a\nb", "a\u{0}", "ä", &"x".repeat(4097)] {
        assert_eq!(refused(json!({"x-team": value})), ["headers.x-team"], "{value:?}");
    }
    assert_eq!(refused(json!({"x-team": "a", "X-Team": "b"})), ["headers.x-team"]);
    assert_eq!(refused(json!({"x-team": 1})), ["headers"]);
    assert_eq!(refused(json!({"x-team": "a", "Accept": "b"})), [""; 0]);
}
