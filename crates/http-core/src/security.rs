//! Headers that every answer carries.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// For a year, and only where there is TLS to insist on (RFC 6797 §7.2).
const ALWAYS_TLS: &str = "max-age=31536000; includeSubDomains";

const FIXED: [(HeaderName, &str); 3] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// For answers that are data, never pages.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Adds the headers. What a handler set itself (pages need another content policy) stays.
pub(crate) fn apply(headers: &mut HeaderMap, path: &str, encrypted: bool) {
    if encrypted {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ALWAYS_TLS));
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    if path.starts_with("/api/") {
        default(header::CACHE_CONTROL, "no-store");
    }
}
