//! Successful answers.

use crate::etag::entity_tag;
use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

/// 200 with the object's revision as `ETag`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged<T> {
    /// The object.
    pub body: T,
    /// Its revision.
    pub revision: i64,
}

/// 201 with the new object, where it is, and its revision when it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created<T> {
    /// The object.
    pub body: T,
    /// Its path.
    pub location: String,
    /// Its revision.
    pub revision: Option<i64>,
}

/// 202: the work is queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<T>(pub T);

/// 202: the work has begun, and this is where it is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedAt<T> {
    /// The work.
    pub body: T,
    /// Its path.
    pub location: String,
}

/// 204.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoContent;

impl<T: Serialize> Responder for Tagged<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().insert_header((header::ETAG, entity_tag(self.revision))).json(self.body)
    }
}

impl<T: Serialize> Responder for Created<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Created();
        response.insert_header((header::LOCATION, self.location));
        if let Some(revision) = self.revision {
            response.insert_header((header::ETAG, entity_tag(revision)));
        }
        response.json(self.body)
    }
}

impl<T: Serialize> Responder for Accepted<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().json(self.0)
    }
}

impl<T: Serialize> Responder for AcceptedAt<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().insert_header((header::LOCATION, self.location)).json(self.body)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}
