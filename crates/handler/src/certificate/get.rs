//! `GET /api/v1/certificates/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::certificate::CertificateService;

/// Get a certificate
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses((status = 200, description = "The certificate", body = api::Certificate)),
)]
pub(super) async fn get_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    certificates: Data<dyn CertificateService>,
) -> Result<Tagged<api::Certificate>, ApiError> {
    Ok(convert::tagged(certificates.get(&who, &id.0).await?))
}
