//! `DELETE /api/v1/auth/session`.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use certctl_http_core::{ApiError, RequestInfo, forget_session, session_token};
use certctl_service_api::session::{Doorstep, SessionService};

/// Sign out
///
/// Ends the session of the cookie, if there is one, and makes the browser forget it.
#[utoipa::path(
    delete, path = "/api/v1/auth/session", tag = "system",
    responses((status = 204, description = "No session is open in this browser")),
)]
pub(super) async fn close_session(
    request: HttpRequest,
    info: RequestInfo,
    sessions: Data<dyn SessionService>,
) -> Result<HttpResponse, ApiError> {
    if let Some(token) = session_token(request.headers()) {
        let from = Doorstep { request_id: Some(info.id), client_address: info.client_address };
        sessions.close(from, token).await?;
    }
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, forget_session())).finish())
}
