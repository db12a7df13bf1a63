//! `PUT /api/v1/certificates/{id}/targets`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Body, Caller, PathId, Tagged};
use certctl_service_api::certificate::CertificateService;

/// Set the targets of a certificate
///
/// A new target gets the current version when its agent holds the key, else an issuance is queued.
#[utoipa::path(
    put, path = "/api/v1/certificates/{id}/targets", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    request_body = api::TargetsRequest,
    responses(
        (status = 200, description = "The changed certificate", body = api::Certificate),
        (status = 409, description = "The certificate is archived"),
        (status = 422, description = "A target does not exist"),
    ),
)]
pub(super) async fn set_certificate_targets(
    who: Caller,
    id: PathId<CertificateId>,
    body: Body<api::TargetsRequest>,
    certificates: Data<dyn CertificateService>,
) -> Result<Tagged<api::Certificate>, ApiError> {
    Ok(convert::tagged(certificates.set_targets(&who, &id.0, body.0.target_ids).await?))
}
