//! `POST /api/v1/certificates/{id}/unarchive`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::certificate::CertificateService;

/// Take an archived certificate back into service
///
/// Its targets are still mapped, so what is due is renewed at once. A revoked one stays revoked.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/unarchive", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses(
        (status = 200, description = "The certificate, in service again", body = api::Certificate),
        (status = 409, description = "It is not archived"),
    ),
)]
pub(super) async fn unarchive_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    certificates: Data<dyn CertificateService>,
) -> Result<Tagged<api::Certificate>, ApiError> {
    Ok(convert::tagged(certificates.unarchive(&who, &id.0).await?))
}
