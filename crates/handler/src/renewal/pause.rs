//! `POST /api/v1/certificates/{id}/pause`.

use crate::certificate::convert;
use actix_web::web::Data;
use certctl_api_types::{certificate, renewal as api};
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Body, Caller, PathId, Tagged};
use certctl_service_api::renewal::RenewalService;

/// Pause a certificate
///
/// Nothing happens to it by itself until it is unpaused, or renewed by hand with success. Issuances
/// that are under way go on. A paused certificate stays as it is.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/pause", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    request_body = api::PauseRequest,
    responses(
        (status = 200, description = "The certificate", body = certificate::Certificate),
        (status = 409, description = "It is archived or revoked"),
    ),
)]
pub(super) async fn pause_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    body: Body<api::PauseRequest>,
    renewals: Data<dyn RenewalService>,
) -> Result<Tagged<certificate::Certificate>, ApiError> {
    Ok(convert::tagged(renewals.pause(&who, &id.0, body.0.reason).await?))
}
