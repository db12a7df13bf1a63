//! Answers that browsers store. `Cache-Control: no-store` is on every answer of the API.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};

/// A file to be stored under a name.
#[derive(Debug)]
pub(super) struct Attachment {
    pub(super) media_type: &'static str,
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Responder for Attachment {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.media_type))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)))
            .body(self.bytes)
    }
}
