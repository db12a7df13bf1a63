//! What the log of API calls is told.

use crate::support::{as_who, core, routes, send_to, to};
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, init_service};
use certctl_domain::access::ActorType;
use certctl_http_core::{Call, CallRecorder, HttpCore, app};
use futures_util::FutureExt;
use std::sync::{Arc, Mutex};

/// Keeps calls; the digest of a body is its length.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<Call>>);

impl CallRecorder for Kept {
    fn record(&self, call: Call) {
        self.0.lock().unwrap().push(call);
    }

    fn digest(&self, body: &[u8]) -> [u8; 32] {
        [u8::try_from(body.len()).unwrap(); 32]
    }
}

fn recorded() -> (Arc<HttpCore>, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let (core, _) = core();
    (Arc::new(HttpCore { calls: kept.clone(), ..(*core).clone() }), kept)
}

/// The one call that `request` leaves.
async fn call(request: TestRequest) -> Call {
    let (core, kept) = recorded();
    let request = request.peer_addr("192.0.2.7:4711".parse().unwrap());
    let request = request.insert_header(("x-request-id", "request-1"));
    send_to(core, routes, request).await;
    let mut calls = std::mem::take(&mut *kept.0.lock().unwrap());
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.pop().unwrap()
}

#[actix_web::test]
async fn a_call_is_recorded_with_its_caller_body_and_end() {
    let body = r#"{"text":"x"}"#;
    let request = as_who(to(Method::POST, "/api/v1/notes"), "operator").set_payload(body);
    let call = call(request.insert_header(("content-type", "application/json"))).await;
    assert_eq!((call.method.as_str(), call.path.as_str()), ("POST", "/api/v1/notes"));
    assert_eq!(call.route.as_deref(), Some("/api/v1/notes"));
    let (name, kind) = call.actor.unwrap();
    assert!(!name.is_empty());
    assert_eq!(kind, ActorType::User);
    assert_eq!(call.body_sha256, Some([u8::try_from(body.len()).unwrap(); 32]));
    assert!(call.status.is_some());
    assert_eq!((call.request_id.as_str(), call.client_address.as_deref()), ("request-1", Some("192.0.2.7")));
}

#[actix_web::test]
async fn refused_calls_are_recorded_and_no_query_is() {
    let denied = call(as_who(to(Method::POST, "/api/v1/notes?token=x"), "viewer").set_payload("{}")).await;
    assert_eq!((denied.status, denied.path.as_str()), (Some(403), "/api/v1/notes"));
    assert!(denied.actor.is_some(), "it is known who was refused");
    assert_eq!(denied.body_sha256, None, "a body that was not read has no digest");
    let stranger = call(to(Method::GET, "/api/v1/me")).await;
    assert_eq!((stranger.status, stranger.actor), (Some(401), None));
    let lost = call(to(Method::GET, "/api/v1/nowhere")).await;
    assert_eq!(lost.status, Some(404));
}

#[actix_web::test]
async fn a_call_whose_client_went_away_is_recorded_without_a_status() {
    let (core, kept) = recorded();
    let service = init_service(app(core, routes)).await;
    let waiting = call_service(&service, to(Method::GET, "/api/v1/stop").to_request());
    assert!(waiting.now_or_never().is_none());
    let calls = kept.0.lock().unwrap();
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [None]);
}
