//! `POST /api/v1/certificates/{id}/unhold`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::revocation as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::revocation::RevocationService;

/// End the hold of a certificate
///
/// Only the reason `certificateHold` can be taken back. The next CRL does not list the leaves any more,
/// and the certificate is renewed again.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/unhold", tag = "revocation",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses(
        (status = 200, description = "The leaves that were released", body = api::RevokeResult),
        (status = 409, description = "It is not on hold, or a CA outside certctl holds it"),
    ),
)]
pub(super) async fn unhold_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    revocations: Data<dyn RevocationService>,
) -> Result<Json<api::RevokeResult>, ApiError> {
    Ok(Json(convert::done("unheld", revocations.unhold(&who, &id.0).await?)))
}
