//! Who makes a request: the bearer token of the `Authorization` header, or the session of a browser.

use crate::session::session_token;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use certctl_domain::access::Role;
use certctl_service_api::auth::Authenticator;
use certctl_service_api::session::Stay;
use certctl_service_api::{Identity, ServiceError};
use std::fmt;
use std::sync::Arc;

/// Name of whoever calls without a credential where that is allowed.
const ANONYMOUS: &str = "anonymous";

/// How requests prove who makes them.
#[derive(Clone)]
pub struct Authentication {
    authenticator: Arc<dyn Authenticator>,
    anonymous: Option<Role>,
}

impl fmt::Debug for Authentication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentication").field("anonymous", &self.anonymous).finish_non_exhaustive()
    }
}

impl Authentication {
    /// Every request that is not public needs a bearer token.
    pub fn required(authenticator: Arc<dyn Authenticator>) -> Self {
        Self { authenticator, anonymous: None }
    }

    /// Requests without a token act with `role`, under the name `anonymous`: for a server behind an
    /// authenticating gateway. A token that is sent must still be valid, so agents keep their identity.
    pub fn optional(authenticator: Arc<dyn Authenticator>, role: Role) -> Self {
        Self { authenticator, anonymous: Some(role) }
    }

    /// Whether a token is needed.
    pub const fn is_required(&self) -> bool {
        self.anonymous.is_none()
    }

    /// `api-key` or `none`, as in `CERTCTL_AUTH_TYPE`.
    pub const fn mode(&self) -> &'static str {
        if self.is_required() { "api-key" } else { "none" }
    }

    /// The identity behind a request. A bearer token goes before a session.
    pub(crate) async fn identify(&self, headers: &HeaderMap) -> Result<Proof, ServiceError> {
        if let Some(token) = bearer(headers)? {
            return Ok(Proof::of(self.authenticator.authenticate(token).await?));
        }
        if let Some(token) = session_token(headers) {
            let stay = self.authenticator.resume(token).await?;
            return Ok(Proof { identity: stay.identity.clone(), stay: Some(stay) });
        }
        match self.anonymous {
            Some(role) => Ok(Proof::of(Identity::Key {
                name: ANONYMOUS.to_owned(),
                role,
                identity: ANONYMOUS.to_owned(),
            })),
            None => Err(ServiceError::Unauthenticated {
                code: "missing_credential",
                message: "this route needs a credential; send the header `Authorization: Bearer <token>`",
            }),
        }
    }
}

/// Who a request turned out to come from.
#[derive(Debug)]
pub(crate) struct Proof {
    pub(crate) identity: Identity,
    /// The session, when it was one that said so.
    pub(crate) stay: Option<Stay>,
}

impl Proof {
    const fn of(identity: Identity) -> Self {
        Self { identity, stay: None }
    }
}

/// The bytes that prove who makes a request, good or not.
pub(crate) fn credential(headers: &HeaderMap) -> Option<&[u8]> {
    let bearer = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    bearer.or_else(|| session_token(headers).map(str::as_bytes))
}

/// The bearer token (RFC 6750 §2.1), when there is an `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ServiceError> {
    const MALFORMED: ServiceError = ServiceError::Unauthenticated {
        code: "invalid_credential",
        message: "the Authorization header is malformed; send one, as `Bearer <token>`",
    };
    let mut values = headers.get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(MALFORMED);
    }
    let Some((scheme, token)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return Err(MALFORMED);
    };
    let sound = scheme.eq_ignore_ascii_case("bearer")
        && !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_graphic());
    if sound { Ok(Some(token)) } else { Err(MALFORMED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_strictly() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            bearer(&headers).map(|token| token.map(str::to_owned)).map_err(|error| error.code())
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["Bearer abc"]), Ok(Some("abc".to_owned())));
        assert_eq!(read(&["bearer abc"]), Ok(Some("abc".to_owned())));
        for bad in ["", "Bearer", "Bearer ", "Bearer  abc", "Basic YTpi", "Bearer a b"] {
            assert_eq!(read(&[bad]), Err("invalid_credential"), "{bad:?}");
        }
        assert_eq!(read(&["Bearer abc", "Bearer abc"]), Err("invalid_credential"));
    }
}
