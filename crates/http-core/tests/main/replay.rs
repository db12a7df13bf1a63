//! `Idempotency-Key`.

use crate::support::{Answer, as_who, core, routes, send_to, to};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::access::Permission;
use certctl_domain::idempotency::KeptAnswer;
use certctl_http_core::{Access, Edge, HttpCore, RouteTable, route};
use certctl_service_api::ServiceError;
use certctl_service_api::idempotency::{Begun, Claim, IdempotencyService, KeyedRequest};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The request, its body, and the answer once there is one.
type Kept = (String, String, Option<KeptAnswer>);

/// Keys in memory, by principal.
#[derive(Debug, Default)]
struct Keys(Mutex<HashMap<(String, String), Kept>>);

#[async_trait]
impl IdempotencyService for Keys {
    async fn begin(&self, request: KeyedRequest, body: &[u8]) -> Result<Begun, ServiceError> {
        let body = String::from_utf8_lossy(body).into_owned();
        let mut keys = self.0.lock().unwrap();
        let place = (request.principal.clone(), request.key.clone());
        if let Some((known, content, answer)) = keys.get(&place) {
            return Ok(match answer {
                _ if (known, content) != (&request.request, &body) => Begun::Reused,
                Some(answer) => Begun::Replay(answer.clone()),
                None => Begun::InProgress,
            });
        }
        keys.insert(place, (request.request.clone(), body, None));
        Ok(Begun::Run(Claim { request, body_sha256: String::new(), at: Timestamp::EPOCH }))
    }

    async fn settle(&self, claim: Claim, answer: KeptAnswer) -> Result<(), ServiceError> {
        let place = (claim.request.principal, claim.request.key);
        self.0.lock().unwrap().get_mut(&place).unwrap().2 = Some(answer);
        Ok(())
    }

    async fn release(&self, claim: Claim) -> Result<(), ServiceError> {
        self.0.lock().unwrap().remove(&(claim.request.principal, claim.request.key));
        Ok(())
    }
}

fn keeping() -> (Arc<HttpCore>, Arc<Keys>) {
    let keys = Arc::new(Keys::default());
    let edge = Edge { replays: Some(keys.clone()), ..Edge::default() };
    (Arc::new(HttpCore { edge, ..(*core().0).clone() }), keys)
}

fn note(key: &str, who: &str, body: &'static str) -> TestRequest {
    as_who(to(Method::POST, "/api/v1/notes"), who)
        .insert_header(("content-type", "application/json"))
        .insert_header(("idempotency-key", key))
        .set_payload(body)
}

async fn send(core: &Arc<HttpCore>, request: TestRequest) -> Answer {
    send_to(Arc::clone(core), routes, request).await
}

#[utoipa::path(post, path = "/api/v1/secrets", responses((status = 200, body = String)))]
async fn show_secret() -> &'static str {
    "token"
}

const BODY: &str = r#"{"text":"a"}"#;

#[actix_web::test]
async fn the_same_request_under_the_same_key_gets_the_first_answer() {
    let (core, keys) = keeping();
    let first = send(&core, note("k-1", "operator", BODY)).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""), "{first:?}");
    let again = send(&core, note("k-1", "operator", BODY)).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    assert_eq!((&again.body, again.header("content-type")), (&first.body, "application/json"));
    assert_eq!(again.header("x-content-type-options"), "nosniff");
    assert_eq!(keys.0.lock().unwrap().len(), 1);
    // Another caller's key is another key.
    let other = send(&core, note("k-1", "admin", r#"{"text":"b"}"#)).await;
    assert_eq!((other.status, other.header("idempotency-replayed")), (200, ""));
}

#[actix_web::test]
async fn a_key_is_good_for_one_request_only() {
    let (core, keys) = keeping();
    send(&core, note("k-1", "operator", BODY)).await;
    let other_body = send(&core, note("k-1", "operator", r#"{"text":"b"}"#)).await;
    assert_eq!(other_body.refusal(), (422, "idempotency_key_reused".to_owned()));
    let other_query = note("k-1", "operator", BODY).uri("/api/v1/notes?x=1");
    assert_eq!(send(&core, other_query).await.refusal().0, 422);
    keys.0.lock().unwrap().values_mut().for_each(|(_, _, answer)| *answer = None);
    let early = send(&core, note("k-1", "operator", BODY)).await;
    assert_eq!(early.refusal(), (409, "request_in_progress".to_owned()));
}

#[actix_web::test]
async fn a_refused_request_leaves_its_key_free() {
    let (core, keys) = keeping();
    assert_eq!(send(&core, note("k-1", "operator", r#"{"txt":"a"}"#)).await.status, 400);
    assert!(keys.0.lock().unwrap().is_empty());
    assert_eq!(send(&core, note("k-1", "operator", BODY)).await.status, 200);
    // Who may not do it learns nothing of keys.
    assert_eq!(send(&core, note("k-1", "viewer", BODY)).await.refusal(), (403, "forbidden".to_owned()));
}

#[actix_web::test]
async fn a_strange_key_or_an_oversize_body_is_refused() {
    let (core, keys) = keeping();
    for strange in ["", "has space", &"x".repeat(256)] {
        let answer = send(&core, note(strange, "operator", BODY)).await;
        assert_eq!(answer.refusal(), (400, "invalid_header".to_owned()), "{strange:?}");
        assert_eq!(answer.json()["details"]["header"], "Idempotency-Key");
    }
    let twice = note("k-1", "operator", BODY).append_header(("idempotency-key", "k-2"));
    assert_eq!(send(&core, twice).await.refusal(), (400, "invalid_header".to_owned()));
    let long = Box::leak(format!("{{\"text\":\"{}\"}}", "x".repeat(2_000)).into_boxed_str());
    assert_eq!(
        send(&core, note("k-1", "operator", long)).await.refusal(),
        (413, "body_too_large".to_owned())
    );
    assert!(keys.0.lock().unwrap().is_empty());
}

#[actix_web::test]
async fn an_answer_with_a_secret_is_never_kept() {
    let (core, keys) = keeping();
    let secretive = |config: &mut actix_web::web::ServiceConfig| {
        let mut table = RouteTable::default();
        route!(table, Access::Holding(Permission::CertificateWrite), show_secret);
        table.shows_secret();
        table.register(config);
    };
    let answer = send_to(core, secretive, note("k-1", "operator", BODY).uri("/api/v1/secrets")).await;
    assert_eq!(answer.refusal(), (400, "invalid_header".to_owned()));
    assert!(keys.0.lock().unwrap().is_empty());
}
