//! Sessions of people in a browser: a cookie that only the browser holds, and a second token that
//! pages send with everything that changes something.
//!
//! The cookie is `HttpOnly`, so no script reads it, and `SameSite=Strict`, so no other site sends it.
//! Browsers send it by themselves all the same, so it is good for reading only: everything else needs
//! the second token, which another site cannot know, in a header that it could not send.

use crate::{ApiError, Refusal};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use certctl_service_api::ServiceError;
use certctl_service_api::session::Stay;
use std::future::{Ready, ready};
use std::time::Duration;

/// The prefix makes browsers refuse it unless it is secure, of this very host and for all paths.
const COOKIE: &str = "__Host-certctl_session";
const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");

/// The session of a request, if it came with one. On public routes there is never one.
#[derive(Debug, Clone)]
pub struct CurrentSession(pub Option<Stay>);

impl FromRequest for CurrentSession {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get::<Self>().cloned().unwrap_or(Self(None))))
    }
}

/// The session token that a browser sent.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| value);
    values.next().filter(|value| !value.is_empty())
}

/// Makes a browser keep a session token.
pub fn keep_session(token: &str, lifetime: Duration) -> Result<HeaderValue, ApiError> {
    let seconds = lifetime.as_secs();
    let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict");
    HeaderValue::try_from(cookie).map_err(|error| ServiceError::internal(error).into())
}

/// Makes a browser forget its session.
pub fn forget_session() -> HeaderValue {
    HeaderValue::from_static("__Host-certctl_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict")
}

/// Refuses what changes something without the second token.
pub(crate) fn check_csrf(method: &Method, headers: &HeaderMap, stay: &Stay) -> Result<(), Refusal> {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let sent = headers.get(&CSRF_HEADER).map(HeaderValue::as_bytes).unwrap_or_default();
    if same(sent, stay.csrf_token.as_bytes()) { Ok(()) } else { Err(Refusal::MissingCsrfToken) }
}

/// Whether two byte strings are equal, in time that depends on their lengths only.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let read = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, HeaderValue::from_static(line));
            }
            session_token(&headers).map(str::to_owned)
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&["a=b"]), None);
        assert_eq!(read(&["__Host-certctl_session="]), None);
        assert_eq!(read(&["xx__Host-certctl_session=evil"]), None);
        assert_eq!(read(&["a=b; __Host-certctl_session=cs_x; c=d"]), Some("cs_x".to_owned()));
        assert_eq!(read(&["a=b", "__Host-certctl_session=cs_x"]), Some("cs_x".to_owned()));
    }
}
