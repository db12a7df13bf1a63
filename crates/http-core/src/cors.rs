//! Pages of other origins: denied unless the operator names them.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

const METHODS: &str = "GET, POST, PUT, DELETE, PATCH, OPTIONS";
const HEADERS: &str =
    "Content-Type, Authorization, X-Request-ID, If-Match, Idempotency-Key, Last-Event-ID, traceparent";
const EXPOSED: &str = "ETag, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-ID, \
                       Retry-After, Idempotency-Replayed";
const MAX_AGE: &str = "86400";

/// Which origins may read answers. Credentials are never allowed: callers send bearer tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Cors {
    /// None.
    #[default]
    Deny,
    /// Those that are named exactly, such as `https://console.example.com`.
    Only(Vec<String>),
    /// Every one.
    Any,
}

impl Cors {
    /// The origin to allow, for a request with these headers.
    pub(crate) fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        let origin = request.get(header::ORIGIN)?;
        match self {
            Self::Deny => None,
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Only(known) => {
                known.iter().any(|known| known.as_bytes() == origin.as_bytes()).then(|| origin.clone())
            }
        }
    }

    /// Adds what the browser needs to know. Answers that depend on the origin say so, also to those
    /// who sent none, or a cache would mix them up.
    pub(crate) fn apply(&self, allowed: Option<HeaderValue>, preflight: bool, answer: &mut HeaderMap) {
        if matches!(self, Self::Only(_)) {
            answer.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        let Some(origin) = allowed else { return };
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let fixed: &[(HeaderName, &'static str)] = if preflight {
            &[
                (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
                (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
                (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
            ]
        } else {
            &[(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)]
        };
        for (name, value) in fixed {
            answer.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
}
