//! `POST /api/v1/certificates/{id}/revoke`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::revocation as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, OptionalBody, PathId, Query};
use certctl_service_api::revocation::RevocationService;
use serde::Deserialize;
use utoipa::IntoParams;

/// How it is done.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevokeOptions {
    /// Say what would happen, and do nothing.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
}

/// Revoke a certificate
///
/// Every leaf that has not expired, unless `scope` says otherwise. When no current leaf is left, the
/// certificate goes out of service. Asking again changes nothing; `keyCompromise` may replace any other
/// reason, and it forbids the key for ever.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/revoke", tag = "revocation",
    params(("id" = CertificateId, Path, description = "Certificate"), RevokeOptions),
    request_body = Option<api::RevokeRequest>,
    responses(
        (status = 200, description = "What was done, or would be", body = api::RevokeAnswer),
        (status = 409, description = "It is archived, has no valid leaf, or is revoked for another reason"),
        (status = 422, description = "No valid leaf has this serial number"),
    ),
)]
pub(super) async fn revoke_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    options: Query<RevokeOptions>,
    body: OptionalBody<api::RevokeRequest>,
    revocations: Data<dyn RevocationService>,
) -> Result<Json<api::RevokeAnswer>, ApiError> {
    let spec = convert::spec(body.0)?;
    if options.0.dry_run {
        let preview = revocations.preview(&who, &id.0, spec).await?;
        return Ok(Json(api::RevokeAnswer::Preview(convert::preview(preview))));
    }
    let done = revocations.revoke(&who, &id.0, spec).await?;
    Ok(Json(api::RevokeAnswer::Done(Box::new(convert::done("revoked", done)))))
}
