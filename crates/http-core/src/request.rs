//! What is known of a request besides its input: its id, where it comes from, who makes it.

use crate::ApiError;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::HeaderName;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use certctl_domain::id::IdSource;
use certctl_service_api::{Actor, ServiceError};
use std::future::{Ready, ready};
use std::ops::Deref;

/// Header that carries the request id in both directions.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Identity and origin of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// Request id: the client's own when it is well-formed, else a fresh UUID.
    pub id: String,
    /// Address of the peer, without port.
    pub client_address: Option<String>,
}

impl RequestInfo {
    /// Reads what the client sent; `ids` gives an id when it sent none, or a strange one.
    pub(crate) fn of(request: &ServiceRequest, ids: &dyn IdSource) -> Self {
        let sent = request.headers().get(&REQUEST_ID).and_then(|value| value.to_str().ok());
        Self {
            id: match sent.filter(|id| is_well_formed(id)) {
                Some(id) => id.to_owned(),
                None => ids.next().to_string(),
            },
            client_address: request.peer_addr().map(|peer| peer.ip().to_string()),
        }
    }
}

/// `^[A-Za-z0-9._-]{8,128}$`: safe in a header, a log line and a shell.
fn is_well_formed(id: &str) -> bool {
    (8..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

impl FromRequest for RequestInfo {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let info = request.extensions().get::<Self>().cloned();
        ready(info.ok_or_else(|| ServiceError::internal("the application has no request layer").into()))
    }
}

/// The caller, authenticated and allowed to use the route. Not available on public routes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller(pub Actor);

impl Deref for Caller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let caller = request.extensions().get::<Self>().cloned();
        ready(caller.ok_or_else(|| ServiceError::internal("a public route asks for its caller").into()))
    }
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn only_plain_request_ids_are_taken_over() {
        for id in ["12345678", "a.b_c-D9", &"x".repeat(128)] {
            assert!(is_well_formed(id), "{id}");
        }
        for id in ["", "1234567", &"x".repeat(129), "has space", "line\nbreak", "quote\"1", "ümlaut-x"] {
            assert!(!is_well_formed(id), "{id:?}");
        }
    }
}
