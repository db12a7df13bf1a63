//! Validators and freshness (RFC 9110 §8.8, §13; RFC 9111).

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use certctl_domain::Timestamp;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// A document that caches may keep.
pub(crate) struct Document {
    pub(crate) body: Bytes,
    pub(crate) content_type: &'static str,
    /// Strong validator: the digest of the body.
    pub(crate) digest: String,
    /// When it was made.
    pub(crate) modified: Option<Timestamp>,
    /// When it must not be used any more.
    pub(crate) expires: Option<Timestamp>,
    /// How long caches may serve it without asking.
    pub(crate) fresh_for: Duration,
}

impl Document {
    /// The document, or 304 when the client has it already. `immutable_on_the_way` forbids proxies to
    /// change it, as RFC 9919 asks for OCSP.
    pub(crate) fn answer(self, request: &HttpRequest, immutable_on_the_way: bool) -> HttpResponse {
        let etag = format!("\"{}\"", self.digest);
        let unchanged = is_unchanged(request.headers(), &etag, self.modified);
        let status = if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut response = HttpResponse::build(status);
        let transform = if immutable_on_the_way { ", no-transform" } else { "" };
        let seconds = self.fresh_for.as_secs();
        let caching = format!("max-age={seconds}, public{transform}, must-revalidate");
        response.insert_header((header::CACHE_CONTROL, caching)).insert_header((header::ETAG, etag));
        let mut date = |name: HeaderName, at: Option<Timestamp>| {
            if let Some(at) = at {
                response.insert_header((name, http_date(at)));
            }
        };
        date(header::LAST_MODIFIED, self.modified);
        date(header::EXPIRES, self.expires);
        if unchanged {
            return response.finish();
        }
        response.content_type(self.content_type).body(self.body)
    }
}

/// Whether the client has the document with this tag. `If-None-Match` is compared weakly and decides
/// alone when it is there (RFC 9110 §13.1.3).
fn is_unchanged(headers: &HeaderMap, etag: &str, modified: Option<Timestamp>) -> bool {
    let tags: Vec<&HeaderValue> = headers.get_all(header::IF_NONE_MATCH).collect();
    if !tags.is_empty() {
        let listed = tags.iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        return listed.map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag);
    }
    let since = headers.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    match (since, modified) {
        (Some(since), Some(modified)) => modified.unix_seconds() <= since.timestamp(),
        _ => false,
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(at: Timestamp) -> String {
    let at: DateTime<Utc> = at.datetime();
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(name: HeaderName, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        let made = Timestamp::parse_rfc3339("2026-11-21T10:00:00.5Z").unwrap();
        is_unchanged(&headers, "\"abc\"", Some(made))
    }

    #[test]
    fn tags_are_found_in_lists_weak_or_strong_and_a_star_is_any() {
        for known in ["\"abc\"", "W/\"abc\"", "\"x\", W/\"y\" , \"abc\"", "*"] {
            assert!(has(header::IF_NONE_MATCH, known), "{known}");
        }
        for other in ["\"ab\"", "abc", "\"x\", \"y\"", ""] {
            assert!(!has(header::IF_NONE_MATCH, other), "{other}");
        }
    }

    #[test]
    fn dates_count_when_there_is_no_tag() {
        assert!(has(header::IF_MODIFIED_SINCE, "Sat, 21 Nov 2026 10:00:00 GMT"));
        assert!(!has(header::IF_MODIFIED_SINCE, "Sat, 21 Nov 2026 09:59:59 GMT"));
        assert!(!has(header::IF_MODIFIED_SINCE, "yesterday"));
        assert_eq!(http_date(Timestamp::from_unix_seconds(784_111_777)), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
