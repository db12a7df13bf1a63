//! `DELETE /api/v1/certificates/{id}`.

use actix_web::web::Data;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::certificate::CertificateService;

/// Archive a certificate
///
/// The row and its versions stay; jobs that have not ended are cancelled.
#[utoipa::path(
    delete, path = "/api/v1/certificates/{id}", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses(
        (status = 204, description = "Archived"),
        (status = 409, description = "It is archived already"),
    ),
)]
pub(super) async fn archive_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    certificates: Data<dyn CertificateService>,
) -> Result<NoContent, ApiError> {
    certificates.archive(&who, &id.0).await?;
    Ok(NoContent)
}
