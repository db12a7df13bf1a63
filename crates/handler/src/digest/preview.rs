//! `GET /api/v1/digest/preview`.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::digest::DigestService;

/// The document has inline styles and nothing else: no script, no image, no form, no link to follow.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

/// Look at the digest
///
/// The digest of everything as it would be sent now, as an HTML document without scripts and images.
#[utoipa::path(
    get, path = "/api/v1/digest/preview", tag = "digest",
    responses(
        (status = 200, description = "The document", body = String, content_type = "text/html"),
        (status = 503, description = "Digests are switched off, or there is no mail channel"),
    ),
)]
pub(super) async fn preview_digest(
    who: Caller,
    digests: Data<dyn DigestService>,
) -> Result<HttpResponse, ApiError> {
    let page = digests.preview(&who).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page))
}
