//! `POST /api/v1/revocations`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::revocation as api;
use certctl_http_core::{ApiError, Body, Caller};
use certctl_service_api::revocation::RevocationService;

/// Revoke a certificate by serial number or by itself
///
/// Anything that certctl has issued, whether it is in the inventory or not. Asking again changes
/// nothing.
#[utoipa::path(
    post, path = "/api/v1/revocations", tag = "revocation",
    request_body = api::RevocationRequest,
    responses(
        (status = 200, description = "What was done", body = api::RevokeResult),
        (status = 409, description = "It was never signed, or is revoked for another reason"),
        (status = 422, description = "certctl has issued no such certificate"),
    ),
)]
pub(super) async fn create_revocation(
    who: Caller,
    body: Body<api::RevocationRequest>,
    revocations: Data<dyn RevocationService>,
) -> Result<Json<api::RevokeResult>, ApiError> {
    let (reason, invalidity_date) = (body.0.reason.unwrap_or(convert::NO_REASON), body.0.invalidity_date);
    let culprit = convert::culprit(body.0)?;
    let done = revocations.revoke_one(&who, culprit, reason, invalidity_date).await?;
    Ok(Json(convert::done("revoked", done)))
}
