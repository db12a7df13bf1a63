//! `GET /api/v1/certificates/{id}/deployments`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::certificate::CertificateService;

/// List where a certificate is deployed, and how that stands
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/deployments", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    responses((status = 200, description = "One entry per mapped target", body = api::DeploymentList)),
)]
pub(super) async fn list_certificate_deployments(
    who: Caller,
    id: PathId<CertificateId>,
    certificates: Data<dyn CertificateService>,
) -> Result<Json<api::DeploymentList>, ApiError> {
    let mapped = certificates.deployments(&who, &id.0).await?;
    let data: Vec<_> = mapped.into_iter().map(convert::deployment).collect();
    let total = u64::try_from(data.len()).unwrap_or(u64::MAX);
    Ok(Json(api::DeploymentList { data, total }))
}
