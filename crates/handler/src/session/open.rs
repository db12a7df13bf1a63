//! `POST /api/v1/auth/session`.

use super::convert;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use certctl_api_types::session as api;
use certctl_http_core::{ApiError, Body, RequestInfo, keep_session};
use certctl_service_api::session::{Doorstep, OpenedSession, SessionService};

/// Sign in
///
/// Exchanges an API key for a session, which the browser keeps in a cookie that no script can read.
/// Requests that change something also need the header `X-CSRF-Token` with `console.csrf_token`.
#[utoipa::path(
    post, path = "/api/v1/auth/session", tag = "system",
    request_body = api::SessionRequest,
    responses(
        (status = 200, description = "The session, and its cookie", body = api::Session),
        (status = 401, description = "The key is not known, has expired or was revoked"),
    ),
)]
pub(super) async fn open_session(
    info: RequestInfo,
    body: Body<api::SessionRequest>,
    sessions: Data<dyn SessionService>,
) -> Result<HttpResponse, ApiError> {
    let from = Doorstep { request_id: Some(info.id), client_address: info.client_address };
    let OpenedSession { stay, token, lifetime } = sessions.open(from, body.0.api_key.trim()).await?;
    let who = Doorstep::default().with(stay.identity.clone());
    let cookie = keep_session(&token, lifetime)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::SET_COOKIE, cookie))
        .json(convert::session(&who, Some(stay))))
}
