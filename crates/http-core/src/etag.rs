//! Guarded changes: `ETag` and `If-Match` carry an object's revision (RFC 9110 §8.8.3, §13.1.1).

use crate::{ApiError, Refusal};
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// The entity tag of a revision: strong, because the revision names one exact state.
pub(crate) fn entity_tag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// The revision a change is meant for; `None` changes whatever is stored (no header, or `*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.headers()).map(Self).map_err(ApiError::from))
    }
}

fn read(headers: &HeaderMap) -> Result<Option<i64>, Refusal> {
    let refuse = |reason| Err(Refusal::InvalidHeader { name: "If-Match", reason });
    let mut values = headers.get_all(header::IF_MATCH);
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if values.next().is_some() || text.contains(',') {
        return refuse("send the ETag of one answer");
    }
    if text == "*" {
        return Ok(None);
    }
    if text.starts_with("W/") {
        return refuse("a weak entity tag never matches; send the ETag as it was received");
    }
    let revision = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match revision.and_then(|digits| digits.parse().ok()) {
        Some(revision) => Ok(Some(revision)),
        None => refuse("send the ETag as it was received, in double quotes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn only_one_strong_tag_or_a_star_is_understood() {
        let of = |text| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_static(text));
            read(&headers).ok()
        };
        assert_eq!(read(&HeaderMap::new()), Ok(None));
        assert_eq!((of("*"), of("\"7\"")), (Some(None), Some(Some(7))));
        for bad in ["", "7", "\"seven\"", "W/\"7\"", "\"7\", \"8\"", "\"7"] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(of(Box::leak(entity_tag(12).into_boxed_str())), Some(Some(12)));
    }
}
