//! `POST /api/v1/certificates/{id}/unpause`.

use crate::certificate::convert;
use actix_web::web::Data;
use certctl_api_types::certificate;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::renewal::RenewalService;

/// Unpause a certificate
///
/// Forgets its failures; it is renewed at once when that is due. Without effect on one that is not
/// paused.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/unpause", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses(
        (status = 200, description = "The certificate", body = certificate::Certificate),
    ),
)]
pub(super) async fn unpause_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    renewals: Data<dyn RenewalService>,
) -> Result<Tagged<certificate::Certificate>, ApiError> {
    Ok(convert::tagged(renewals.unpause(&who, &id.0).await?))
}
