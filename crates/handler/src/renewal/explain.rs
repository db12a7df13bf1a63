//! `GET /api/v1/certificates/{id}/explain`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::renewal as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::renewal::RenewalService;

/// Explain what happens to a certificate next
///
/// For the certificate and for each agent that holds a key: the next action, when, the rule that
/// decided, and what stands in the way. The renewal sweep decides with the same function.
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/explain", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses((status = 200, description = "What happens next, and why", body = api::Explanation)),
)]
pub(super) async fn explain_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    renewals: Data<dyn RenewalService>,
) -> Result<Json<api::Explanation>, ApiError> {
    Ok(Json(convert::explanation(renewals.explain(&who, &id.0).await?)))
}
