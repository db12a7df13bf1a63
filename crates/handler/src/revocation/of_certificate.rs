//! `GET /api/v1/certificates/{id}/revocations`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::revocation as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::revocation::RevocationService;

/// List the revocations of a certificate
///
/// Those of all its leaves, holds that have ended included, and whether the CA knows.
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/revocations", tag = "revocation",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses((status = 200, description = "All of them, newest first", body = api::RevocationList)),
)]
pub(super) async fn list_certificate_revocations(
    who: Caller,
    id: PathId<CertificateId>,
    revocations: Data<dyn RevocationService>,
) -> Result<Json<api::RevocationList>, ApiError> {
    let found = revocations.of_certificate(&who, &id.0).await?;
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    Ok(Json(api::RevocationList { data: found.into_iter().map(convert::revocation).collect(), total }))
}
