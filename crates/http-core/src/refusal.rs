//! What HTTP itself makes the server refuse, before any use case is asked.

use actix_web::http::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// A request that never reached a use case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No route has this path.
    #[error("no route has this path; see /api/v1/openapi.json for those that exist")]
    RouteNotFound,
    /// The path exists, the method does not.
    #[error("this path does not take {method}; it takes {}", allowed.join(", "))]
    MethodNotAllowed {
        /// What was sent.
        method: String,
        /// What would be accepted, sorted.
        allowed: Vec<&'static str>,
    },
    /// The body is larger than the server accepts, declared or counted.
    #[error("the body is larger than the limit of {limit} bytes")]
    BodyTooLarge {
        /// Limit in bytes.
        limit: usize,
    },
    /// The body is not declared as JSON, or is encoded.
    #[error("{0}")]
    UnsupportedMediaType(&'static str),
    /// A body is needed and there is none.
    #[error("this request needs a JSON body")]
    MissingBody,
    /// The body is not JSON, or something follows it.
    #[error("the body is not valid JSON at line {line}, column {column}: {reason}")]
    MalformedJson {
        /// From 1.
        line: usize,
        /// From 1; 0 when the input ended before a line began.
        column: usize,
        /// What the parser found.
        reason: String,
    },
    /// The body stopped before its end.
    #[error("the body ended early; send the request again")]
    IncompleteBody,
    /// The body did not arrive in time.
    #[error("the body did not arrive within {} s; send it faster or in a smaller request", .0.as_secs())]
    RequestTimeout(Duration),
    /// A header the API reads cannot be understood.
    #[error("the header {name} is not acceptable: {reason}")]
    InvalidHeader {
        /// Name of the header.
        name: &'static str,
        /// What would be right.
        reason: &'static str,
    },
    /// A request of a session that changes something lacks the session's second token.
    #[error(
        "a session needs the header X-CSRF-Token with its csrf_token for this; see GET /api/v1/auth/session"
    )]
    MissingCsrfToken,
    /// The idempotency key belongs to another request.
    #[error("this Idempotency-Key was used for another request; use a new key for a new request")]
    IdempotencyKeyReused,
    /// The first request with the idempotency key is still under way.
    #[error("the first request with this Idempotency-Key is still under way; send it again shortly")]
    RequestInProgress,
    /// The framework refused the request on its own.
    #[error("the request is not acceptable")]
    BadRequest,
}

impl Refusal {
    /// Every code with its status, for the reference of errors.
    pub const CODES: &'static [(&'static str, u16)] = &[
        ("route_not_found", 404),
        ("method_not_allowed", 405),
        ("body_too_large", 413),
        ("unsupported_media_type", 415),
        ("missing_body", 400),
        ("malformed_json", 400),
        ("incomplete_body", 400),
        ("request_timeout", 408),
        ("invalid_header", 400),
        ("missing_csrf_token", 403),
        ("idempotency_key_reused", 422),
        ("request_in_progress", 409),
        ("bad_request", 400),
    ];

    /// The stable `snake_case` code of the error body.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RouteNotFound => "route_not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedMediaType(_) => "unsupported_media_type",
            Self::MissingBody => "missing_body",
            Self::MalformedJson { .. } => "malformed_json",
            Self::IncompleteBody => "incomplete_body",
            Self::RequestTimeout(_) => "request_timeout",
            Self::InvalidHeader { .. } => "invalid_header",
            Self::MissingCsrfToken => "missing_csrf_token",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::RequestInProgress => "request_in_progress",
            Self::BadRequest => "bad_request",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::RouteNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RequestTimeout(_) => StatusCode::REQUEST_TIMEOUT,
            Self::MissingCsrfToken => StatusCode::FORBIDDEN,
            Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::RequestInProgress => StatusCode::CONFLICT,
            Self::MissingBody
            | Self::MalformedJson { .. }
            | Self::IncompleteBody
            | Self::InvalidHeader { .. }
            | Self::BadRequest => StatusCode::BAD_REQUEST,
        }
    }

    /// Further facts for programs.
    pub(crate) fn details(&self) -> Option<Value> {
        match self {
            Self::MethodNotAllowed { allowed, .. } => Some(json!({ "allowed": allowed })),
            Self::BodyTooLarge { limit } => Some(json!({ "limit_bytes": limit })),
            Self::MalformedJson { line, column, .. } => Some(json!({ "line": line, "column": column })),
            Self::InvalidHeader { name, .. } => Some(json!({ "header": name })),
            _ => None,
        }
    }
}
