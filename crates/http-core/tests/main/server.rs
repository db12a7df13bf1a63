//! The listener: streamed bodies, slow clients, clients that leave, a server that stops.

use crate::support::Seen;
use crate::tls::{Pki, Running};
use certctl_http_core::{HotCertificate, Server, ServerOptions, server_config};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

async fn open(pki: &Pki, server: &Running, request: &str) -> TlsStream<TcpStream> {
    let mut stream = pki.connect(server.address, &rustls::version::TLS13).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Everything up to the end of the connection.
async fn answer(mut stream: TlsStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    // A server that refused a body may close without the closing alert.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8(bytes).unwrap()
}

async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..6_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen within a minute");
}

const POST: &str = "POST /api/v1/choices HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n";

#[tokio::test]
async fn a_chunked_body_over_the_limit_is_refused() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let chunk = format!("200\r\n{}\r\n", "x".repeat(512));
    let stream =
        open(&pki, &server, &format!("{POST}transfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n"))
            .await;
    let answer = answer(stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains(r#""error":"body_too_large""#), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_times_out() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let stream = open(&pki, &server, &format!("{POST}content-length: 10\r\n\r\n{{")).await;
    let answer = answer(stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains(r#""error":"request_timeout""#), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn the_answer_to_head_has_no_body() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let request = "HEAD /api/v1/notes HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let answer = answer(open(&pki, &server, request).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    server.stop().await;
}

const WAIT: &str = "GET /api/v1/stop HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn waiting_requests_answer_when_the_server_stops() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let stream = open(&pki, &server, WAIT).await;
    until("the request", || server.observed.started.load(Ordering::SeqCst) == 1).await;
    server.core.stopping.cancel();
    let (answer, ()) = tokio::join!(answer(stream), server.stop());
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}

#[tokio::test]
async fn a_connection_that_is_only_open_does_not_hold_up_a_stop() {
    use tokio::io::AsyncReadExt;
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let request = "GET /api/v1/notes HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut stream = open(&pki, &server, request).await;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    tokio::time::timeout(Duration::from_secs(20), server.stop()).await.unwrap();
}

#[tokio::test]
async fn a_request_ends_with_its_client() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let stream = open(&pki, &server, WAIT).await;
    until("the request", || server.observed.started.load(Ordering::SeqCst) == 1).await;
    drop(stream);
    until("the end of the request", || !server.observed.finished.lock().unwrap().is_empty()).await;
    assert_eq!(
        *server.observed.finished.lock().unwrap(),
        [Seen { method: "GET", route: None, status: None }]
    );
    server.stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let pki = Pki::new();
    let server = Running::start(pki.load());
    let options = ServerOptions::new("127.0.0.1", server.address.port());
    let certificate = Arc::new(HotCertificate::load(pki.certificate(), pki.key()).unwrap());
    let again = Server::bind(&options, server_config(certificate).unwrap(), &server.core, |_| {});
    assert_eq!(again.unwrap_err().to_string(), format!("cannot listen on {}", server.address));
    server.stop().await;
}
