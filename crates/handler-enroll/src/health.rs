//! `GET /health` of the listener that serves relying parties only.

use actix_web::HttpResponse;

/// Tell that the listener answers
#[utoipa::path(
    get, path = "/health", tag = "relying-party",
    responses((status = 200, description = "It answers", body = String, content_type = "text/plain")),
)]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}
