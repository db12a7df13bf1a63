//! What a request leaves in the log.

use crate::support::{Answer, MakeError, as_who, core, routes, send, send_to, table, to};
use actix_web::http::Method;
use actix_web::web::{Data, ServiceConfig};
use certctl_service_api::ServiceError;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

thread_local! {
    /// A test has a thread of its own, and with it its own log.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One subscriber for the whole process: tracing remembers per call site whether anybody listens,
/// so subscribers that come and go with tests would make each other deaf.
fn capture() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG);
        tracing::subscriber::set_global_default(subscriber.with_writer(|| ThisThread).finish()).unwrap();
    });
}

fn text() -> String {
    LOGGED.with_borrow(|log| String::from_utf8(log.clone()).unwrap())
}

fn of_level(level: &str) -> Vec<serde_json::Value> {
    let lines = text().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
    lines.into_iter().filter(|line: &serde_json::Value| line["level"] == level).collect()
}

#[actix_web::test]
async fn a_request_is_one_line_without_query_and_credential() {
    capture();
    send(as_who(to(Method::GET, "/api/v1/me?token=in-query"), "operator")).await;
    let [line] = &of_level("INFO")[..] else { panic!("{}", text()) };
    assert_eq!(line["fields"]["message"], "GET /api/v1/me 200");
    assert_eq!(
        (&line["fields"]["http.status"], &line["fields"]["http.path"]),
        (&200.into(), &"/api/v1/me".into())
    );
    assert_eq!(line["span"]["http.route"], "/api/v1/me");
    assert_eq!(line["span"]["actor.id"], "operator");
    assert_eq!(line["span"]["request.id"].as_str().map(str::len), Some(36));
    assert!(!text().contains("in-query") && !text().contains("Bearer"), "{}", text());
}

/// The answer to a request that fails in this way.
async fn failing(make: fn() -> ServiceError) -> Answer {
    let routes = move |config: &mut ServiceConfig| {
        config.app_data(Data::new(MakeError(make)));
        table().register(config);
    };
    send_to(core().0, routes, to(Method::GET, "/api/v1/failure")).await
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read jobs")]
struct Outer(#[source] io::Error);

#[actix_web::test]
async fn a_failure_is_logged_once_with_its_causes_and_its_request() {
    capture();
    let answer = failing(|| ServiceError::internal(Outer(io::Error::other("disk is gone")))).await;
    let [line] = &of_level("ERROR")[..] else { panic!("{}", text()) };
    assert_eq!(line["fields"]["error"], "internal error: cannot read jobs: disk is gone");
    assert_eq!(line["fields"]["error.code"], "internal_error");
    assert_eq!(line["span"]["request.id"], answer.header("x-request-id"));
}

#[actix_web::test]
async fn a_refusal_is_no_error_of_the_server() {
    capture();
    send_to(core().0, routes, to(Method::GET, "/api/v1/failure")).await;
    assert!(of_level("ERROR").is_empty() && of_level("WARN").is_empty(), "{}", text());
    assert!(of_level("DEBUG").iter().any(|line| line["fields"]["error.code"] == "not_found"), "{}", text());
}

#[actix_web::test]
async fn what_is_switched_off_is_no_failure() {
    capture();
    let answer =
        failing(|| ServiceError::NotConfigured { code: "digest_off", message: "digests are off".to_owned() })
            .await;
    assert_eq!((answer.status, of_level("ERROR")), (503, Vec::new()));
}
