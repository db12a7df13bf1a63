//! What becomes of answers.

use crate::{address, to_loopback};
use certctl_outbound::{BodyEnd, HeaderMap, HeaderValue, OutboundError, header};
use certctl_test_support::{FakeReceiver, Reply};
use std::time::{Duration, Instant};

const SECRET: &str = "/services/T00/B00/very-secret";

#[tokio::test]
async fn a_post_arrives_with_its_headers_and_the_name_of_the_program() {
    let receiver = FakeReceiver::start().unwrap();
    receiver.answer(Reply::with_body(202, "taken").header("x-id: 7"));
    let outbound = to_loopback().build().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let answer = outbound.post(&address(&receiver.url("/hook?a=b")), headers, b"{}".to_vec()).await.unwrap();
    assert_eq!((answer.status, answer.header("X-Id")), (202, Some("7")));
    assert_eq!((answer.complete_body(), answer.is_success()), (Some(&b"taken"[..]), true));
    let request = receiver.received().remove(0);
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/hook?a=b"));
    assert_eq!((request.header("content-type"), request.text().as_str()), (Some("application/json"), "{}"));
    assert_eq!(request.header("user-agent"), Some(concat!("certctl/", env!("CARGO_PKG_VERSION"))));
    // Compressed answers would outgrow the limit of what is read.
    assert_eq!(request.header("accept-encoding"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn no_more_of_a_body_is_read_than_allowed() {
    let receiver = FakeReceiver::start().unwrap();
    receiver.answer(Reply::with_body(500, "x".repeat(10 << 20)));
    let outbound = to_loopback().build().unwrap();
    let answer = outbound.get(&address(&receiver.url("/"))).await.unwrap();
    assert_eq!((answer.status, answer.body.len(), answer.end), (500, 64 << 10, BodyEnd::Cut));
    receiver.wait_until_hung_up(1);

    receiver.answer(Reply::Endless);
    let outbound = to_loopback().body_limit(10).build().unwrap();
    let answer = outbound.get(&address(&receiver.url("/"))).await.unwrap();
    assert_eq!((answer.body.as_slice(), answer.end), (&b"xxxxxxxxxx"[..], BodyEnd::Cut));
    assert_eq!(answer.complete_body(), None);
    receiver.wait_until_hung_up(2);
}

#[tokio::test]
async fn a_body_that_fits_exactly_is_complete() {
    let receiver = FakeReceiver::start().unwrap();
    receiver.answer(Reply::with_body(200, "0123456789"));
    let outbound = to_loopback().body_limit(10).build().unwrap();
    let answer = outbound.get(&address(&receiver.url("/"))).await.unwrap();
    assert_eq!(answer.complete_body(), Some(&b"0123456789"[..]));
}

#[tokio::test]
async fn a_broken_body_does_not_hide_the_status() {
    let receiver = FakeReceiver::start().unwrap();
    receiver.answer(Reply::Broken);
    let answer = to_loopback().build().unwrap().get(&address(&receiver.url("/"))).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice(), answer.end), (200, &b"part"[..], BodyEnd::Broken));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_server_that_stays_silent_is_given_up_in_time() {
    let receiver = FakeReceiver::start().unwrap();
    receiver.answer(Reply::Silence);
    let outbound = to_loopback().timeout(Duration::from_millis(200)).build().unwrap();
    let begin = Instant::now();
    let error = outbound.get(&address(&receiver.url(SECRET))).await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(matches!(&error, OutboundError::Timeout { host } if host == "127.0.0.1"), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("very-secret"));
    receiver.wait_until_hung_up(1);
}

#[tokio::test]
async fn a_port_nobody_listens_on_is_a_network_failure_that_tells_no_path() {
    let port = certctl_test_support::free_port().unwrap();
    let outbound = to_loopback().build().unwrap();
    let error = outbound.get(&address(&format!("http://u:pw@127.0.0.1:{port}{SECRET}"))).await.unwrap_err();
    let OutboundError::Network { host, source } = &error else { panic!("{error:?}") };
    assert_eq!(host, "127.0.0.1");
    assert!(source.to_string().starts_with("Connection refused"), "{source}");
    let told = format!("{error:?} {error} {source:?}");
    assert!(!told.contains("very-secret") && !told.contains("pw@"), "{told}");
}

#[tokio::test]
async fn something_that_is_not_http_is_a_network_failure() {
    let receiver = FakeReceiver::wrapped(|mut stream| {
        drop(std::io::Write::write_all(&mut stream, b"220 mail.example.com ESMTP\r\n"));
        Box::new(stream)
    })
    .unwrap();
    let error = to_loopback().build().unwrap().get(&address(&receiver.url("/"))).await.unwrap_err();
    assert!(matches!(error, OutboundError::Network { .. }), "{error:?}");
}
