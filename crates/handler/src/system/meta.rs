//! What this server is, in the words of programs.

use crate::api::Document;
use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Json};
use certctl_api_types::system::Version;

/// Tell the version
#[utoipa::path(
    get, path = "/api/v1/version", tag = "system",
    responses((status = 200, description = "The version", body = Version)),
)]
pub(super) async fn version(version: Data<Version>) -> Json<Version> {
    Json(version.get_ref().clone())
}

/// Get this description
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "system",
    responses((status = 200, description = "OpenAPI 3.1", body = Object)),
)]
pub(super) async fn openapi(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(document.0.clone())
}
