//! What is known of a request besides its input: its id, where it comes from, who makes it.

use crate::{ApiError, TrustedProxies};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use certctl_domain::id::IdSource;
use certctl_service_api::{Actor, ServiceError};
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::ops::Deref;

/// Header that carries the request id in both directions.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Header of a distributed trace (W3C Trace Context).
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");

/// Identity and origin of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// Request id: the client's own when it is well-formed, else the id of its trace, else a fresh UUID.
    pub id: String,
    /// Address of the client, without port: the peer's, unless that is a trusted proxy.
    pub client_address: Option<String>,
    /// The same, as an address.
    pub(crate) client: Option<IpAddr>,
}

impl RequestInfo {
    /// Reads what the client sent; `ids` gives an id when it sent none, or a strange one.
    pub(crate) fn of(request: &ServiceRequest, proxies: &TrustedProxies, ids: &dyn IdSource) -> Self {
        let headers = request.headers();
        let sent = only(headers, &REQUEST_ID).filter(|id| is_well_formed(id));
        let sent = sent.or_else(|| only(headers, &TRACE_PARENT).and_then(trace_id));
        let client = request.peer_addr().map(|peer| proxies.client_of(peer.ip(), headers));
        Self {
            id: match sent {
                Some(id) => id.to_owned(),
                None => ids.next().to_string(),
            },
            client_address: client.map(|client| client.to_string()),
            client,
        }
    }
}

/// The value of a header that is there once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The trace id of a `traceparent` header: `00-<32 hex>-<16 hex>-<2 hex>`, lower case, not all zero.
fn trace_id(parent: &str) -> Option<&str> {
    let mut parts = parent.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let set = |text: &str| text.bytes().any(|b| b != b'0');
    let known = hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
    let sound = hex(trace, 32) && set(trace) && hex(span, 16) && set(span) && hex(flags, 2);
    (known && sound).then_some(trace)
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
    use super::{is_well_formed, trace_id};

    #[test]
    fn the_trace_id_of_a_sound_traceparent_is_taken_over() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(trace_id(&format!("00-{trace}-b7ad6b7169203331-01")), Some(trace));
        assert_eq!(trace_id(&format!("01-{trace}-b7ad6b7169203331-01-more")), Some(trace));
        for odd in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        ] {
            assert_eq!(trace_id(odd), None, "{odd}");
        }
    }

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
