//! How to authenticate, and as whom one is.

use actix_web::web::{Data, Json};
use certctl_api_types::system::{AuthCheck, AuthInfo};
use certctl_domain::access::Role;
use certctl_http_core::{Caller, HttpCore};

/// Tell how to authenticate
#[utoipa::path(
    get, path = "/api/v1/auth/info", tag = "system",
    responses((status = 200, description = "The mode", body = AuthInfo)),
)]
pub(super) async fn auth_info(core: Data<HttpCore>) -> Json<AuthInfo> {
    let authentication = &core.authentication;
    Json(AuthInfo { auth_type: authentication.mode().to_owned(), required: authentication.is_required() })
}

/// Tell who the caller is
#[utoipa::path(
    get, path = "/api/v1/auth/check", tag = "system",
    responses(
        (status = 200, description = "The caller", body = AuthCheck),
        (status = 410, description = "The caller is a retired agent"),
    ),
)]
pub(super) async fn auth_check(who: Caller) -> Json<AuthCheck> {
    let role = who.role();
    Json(AuthCheck {
        status: "authenticated".to_owned(),
        user: who.name().to_owned(),
        admin: role == Some(Role::Admin),
        role,
    })
}
