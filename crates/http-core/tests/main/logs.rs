//! What a request leaves in the log.

use crate::support::{MakeError, as_who, core, routes, send, send_to, table, to};
use actix_web::http::Method;
use actix_web::web::Data;
use certctl_service_api::ServiceError;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// Lines that this thread logged, as JSON.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn capture() -> (Self, DefaultGuard) {
        let lines = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(lines.clone())
            .finish();
        (lines, tracing::subscriber::set_default(subscriber))
    }

    fn of_level(&self, level: &str) -> Vec<serde_json::Value> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.filter(|line: &serde_json::Value| line["level"] == level).collect()
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[actix_web::test]
async fn a_request_is_one_line_without_query_and_credential() {
    let (lines, _guard) = Lines::capture();
    send(as_who(to(Method::GET, "/api/v1/me?token=in-query"), "operator")).await;
    let [line] = &lines.of_level("INFO")[..] else { panic!("{}", lines.text()) };
    assert_eq!(line["fields"]["message"], "GET /api/v1/me 200");
    assert_eq!(
        (&line["fields"]["http.status"], &line["fields"]["http.path"]),
        (&200.into(), &"/api/v1/me".into())
    );
    assert_eq!(line["span"]["http.route"], "/api/v1/me");
    assert_eq!(line["span"]["actor.id"], "operator");
    assert_eq!(line["span"]["request.id"].as_str().map(str::len), Some(36));
    assert!(!lines.text().contains("in-query") && !lines.text().contains("Bearer"), "{}", lines.text());
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read jobs")]
struct Outer(#[source] io::Error);

#[actix_web::test]
async fn a_failure_is_logged_once_with_its_causes_and_its_request() {
    let (lines, _guard) = Lines::capture();
    let make: fn() -> ServiceError = || ServiceError::internal(Outer(io::Error::other("disk is gone")));
    let answer = send_to(
        core().0,
        move |config| {
            config.app_data(Data::new(MakeError(make)));
            table().register(config);
        },
        to(Method::GET, "/api/v1/failure"),
    )
    .await;
    let [line] = &lines.of_level("ERROR")[..] else { panic!("{}", lines.text()) };
    assert_eq!(line["fields"]["error"], "internal error: cannot read jobs: disk is gone");
    assert_eq!(line["fields"]["error.code"], "internal_error");
    assert_eq!(line["span"]["request.id"], answer.header("x-request-id"));
}

#[actix_web::test]
async fn a_refusal_is_no_error_of_the_server() {
    let (lines, _guard) = Lines::capture();
    send_to(core().0, routes, to(Method::GET, "/api/v1/failure")).await;
    assert!(lines.of_level("ERROR").is_empty() && lines.of_level("WARN").is_empty(), "{}", lines.text());
    assert!(
        lines.of_level("DEBUG").iter().any(|line| line["fields"]["error.code"] == "not_found"),
        "{}",
        lines.text()
    );
}
