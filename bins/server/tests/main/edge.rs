//! The listener that serves only metrics.

use crate::program::Program;
use certctl_test_support::free_port;
use std::io::{Read, Write};
use std::net::TcpStream;

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn metrics_on_loopback_need_no_key_and_nothing_else_is_served_there() {
    let free = format!("127.0.0.1:{}", free_port().unwrap());
    let program = Program::new().with("CERTCTL_METRICS_ADDRESS", &free);
    let (_running, _lines) = program.start();
    let metrics = get(&free, "/metrics");
    assert!(
        metrics.starts_with("HTTP/1.1 200 ") && metrics.contains("\ncertctl_uptime_seconds "),
        "{metrics}"
    );
    assert!(metrics.contains("x-content-type-options: nosniff"), "{metrics}");
    for path in ["/api/v1/version", "/health", "/"] {
        assert!(get(&free, path).starts_with("HTTP/1.1 404 "), "{path}");
    }
}
