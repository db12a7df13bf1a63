//! Identifiers in paths.

use crate::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use certctl_domain::id::IdError;
use certctl_service_api::{FieldError, ServiceError};
use std::future::{Ready, ready};
use std::str::FromStr;

/// The identifier in a path with one, for example `/certificates/{id}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathId<T>(pub T);

/// The identifiers in a path with two, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathIds<A, B>(pub A, pub B);

impl<T: FromStr<Err = IdError>> FromRequest for PathId<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(nth(request, 0).map(Self))
    }
}

impl<A: FromStr<Err = IdError>, B: FromStr<Err = IdError>> FromRequest for PathIds<A, B> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(nth(request, 0).and_then(|first| Ok(Self(first, nth(request, 1)?))))
    }
}

fn nth<T: FromStr<Err = IdError>>(request: &HttpRequest, at: usize) -> Result<T, ApiError> {
    let Some((name, text)) = request.match_info().iter().nth(at) else {
        return Err(ServiceError::internal("the handler wants more identifiers than its path has").into());
    };
    text.parse().map_err(|error: IdError| {
        ServiceError::Invalid(vec![FieldError::new(name, "invalid_id", error.to_string())]).into()
    })
}
