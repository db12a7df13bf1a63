//! `Idempotency-Key`: a POST that is sent again under the same key has its effect once.

use crate::gate::Access;
use crate::{ApiError, Caller, HttpCore, Refusal, body};
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::uri::PathAndQuery;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use certctl_domain::idempotency::KeptAnswer;
use certctl_service_api::ServiceError;
use certctl_service_api::idempotency::{Begun, Claim, IdempotencyService, KeyedRequest};
use futures_util::stream;
use std::future::ready;
use std::sync::Arc;

/// Header with the client's key.
pub(crate) const NAME: &str = "Idempotency-Key";
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST: usize = 255;

/// Whether keys mean something on a route: every POST of people and machines. Agents have their own
/// ways of repeating a request.
pub(crate) const fn takes_keys(method: &Method, access: Access) -> bool {
    matches!(*method, Method::POST) && matches!(access, Access::Holding(_))
}

/// A keyed request that may run, with those who keep its answer.
pub(crate) struct Keyed {
    claim: Claim,
    service: Arc<dyn IdempotencyService>,
}

/// What to do with a request.
pub(crate) enum Start {
    /// Run it; it has no key.
    Plain,
    /// Run it and hand the answer to [`Keyed::keep`].
    Keyed(Keyed),
    /// Answer with this.
    Answer(HttpResponse),
}

/// Looks for a key, and at what became of it.
pub(crate) async fn start(
    access: Access,
    shows_secret: bool,
    request: &mut ServiceRequest,
) -> Result<Start, ApiError> {
    if !takes_keys(request.method(), access) || !request.headers().contains_key(&KEY) {
        return Ok(Start::Plain);
    }
    let core = request.app_data::<Data<HttpCore>>().cloned();
    let Some(service) = core.and_then(|core| core.edge.replays.clone()) else { return Ok(Start::Plain) };
    let key = key_of(request)?;
    if shows_secret {
        let reason = "this route shows a secret once, so its answer is not kept; leave the header out";
        return Err(Refusal::InvalidHeader { name: NAME, reason }.into());
    }
    let caller = request.extensions().get::<Caller>().cloned();
    let caller = caller.ok_or_else(|| ServiceError::internal("a keyed request has no caller"))?;
    let payload = request.take_payload();
    let content = body::read(request.request(), payload).await?;
    // Without the authority, which only some versions of HTTP put there.
    let place = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    let keyed = KeyedRequest {
        principal: caller.principal().to_owned(),
        key,
        request: format!("{} {place}", request.method()),
    };
    let begun = service.begin(keyed, &content).await?;
    request.set_payload(payload_of(content));
    match begun {
        Begun::Run(claim) => Ok(Start::Keyed(Keyed { claim, service })),
        Begun::Replay(kept) => Ok(Start::Answer(replay(kept))),
        Begun::InProgress => Err(Refusal::RequestInProgress.into()),
        Begun::Reused => Err(Refusal::IdempotencyKeyReused.into()),
    }
}

/// 1 to 255 visible ASCII characters, once.
fn key_of(request: &ServiceRequest) -> Result<String, Refusal> {
    let mut values = request.headers().get_all(&KEY);
    let value = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sound = (1..=LONGEST).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    if sound && values.next().is_none() {
        return Ok(value.to_owned());
    }
    Err(Refusal::InvalidHeader { name: NAME, reason: "send one, of 1 to 255 visible ASCII characters" })
}

fn payload_of(content: Bytes) -> Payload {
    Payload::Stream { payload: Box::pin(stream::once(ready(Ok(content)))) }
}

fn replay(kept: KeptAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer.insert_header((REPLAYED, HeaderValue::from_static("true")));
    for (name, value) in [(header::LOCATION, kept.location), (header::ETAG, kept.entity_tag)] {
        if let Some(value) = value {
            answer.insert_header((name, value));
        }
    }
    if kept.body.is_empty() {
        answer.finish()
    } else {
        answer.content_type("application/json").body(kept.body)
    }
}

impl Keyed {
    /// Keeps a success in JSON. After anything else the key is free again: nothing was changed, or
    /// nobody knows, and the request may be made anew. Files are made anew as well.
    pub(crate) async fn keep(
        self,
        answer: Result<ServiceResponse<BoxBody>, Error>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        match answer {
            Ok(response) if response.status().is_success() && is_json(&response) => {
                self.settle(response).await
            }
            other => {
                noted(self.service.release(self.claim).await);
                other
            }
        }
    }

    async fn settle(self, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
        let (request, response) = response.into_parts();
        let (response, content) = response.into_parts();
        let content = to_bytes(content).await?;
        let text =
            |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let kept = KeptAnswer {
            status: response.status().as_u16(),
            location: text(header::LOCATION),
            entity_tag: text(header::ETAG),
            body: String::from_utf8_lossy(&content).into_owned(),
        };
        noted(self.service.settle(self.claim, kept).await);
        Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(content))))
    }
}

/// Whether there is no body, or one of the usual kind.
fn is_json(response: &ServiceResponse<BoxBody>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_none_or(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The change is made, so the caller hears of it; the key frees itself after a while.
fn noted(outcome: Result<(), ServiceError>) {
    if let Err(error) = outcome {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "cannot note what became of an idempotency key"
        );
    }
}
