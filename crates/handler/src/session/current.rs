//! `GET /api/v1/auth/session`.

use super::convert;
use actix_web::web::Json;
use certctl_api_types::session as api;
use certctl_http_core::{Caller, CurrentSession};

/// Tell who is signed in, and what that person may do
///
/// Also answers to a bearer token; `console` is there only in a session.
#[utoipa::path(
    get, path = "/api/v1/auth/session", tag = "system",
    responses(
        (status = 200, description = "The caller", body = api::Session),
        (status = 410, description = "The caller is a retired agent"),
    ),
)]
pub(super) async fn get_session(who: Caller, session: CurrentSession) -> Json<api::Session> {
    Json(convert::session(&who, session.0))
}
