//! `GET /api/v1/certificates/{id}/versions/{version_id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::certificate as api;
use certctl_domain::id::{CertificateId, VersionId};
use certctl_http_core::{ApiError, Caller, PathIds};
use certctl_service_api::certificate::CertificateService;

/// Get one issued version of a certificate, with its PEM
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/versions/{version_id}", tag = "certificates",
    params(
        ("id" = CertificateId, Path, description = "Certificate"),
        ("version_id" = VersionId, Path, description = "Version"),
    ),
    responses((status = 200, description = "The version", body = api::CertificateVersion)),
)]
pub(super) async fn get_certificate_version(
    who: Caller,
    ids: PathIds<CertificateId, VersionId>,
    certificates: Data<dyn CertificateService>,
) -> Result<Json<api::CertificateVersion>, ApiError> {
    Ok(Json(convert::version(certificates.version(&who, &ids.0, &ids.1).await?)))
}
