//! `POST /api/v1/certificates/{id}/deploy`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{Accepted, ApiError, Caller, OptionalBody, PathId};
use certctl_service_api::certificate::CertificateService;

/// Deploy the current version of a certificate
///
/// To one target, or to every active one.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/deploy", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate")),
    request_body = Option<api::DeployRequest>,
    responses(
        (status = 202, description = "Queued", body = api::DeployAccepted),
        (status = 409, description = "Nothing was issued yet, or the state forbids it"),
        (status = 422, description = "The target is not mapped"),
    ),
)]
pub(super) async fn deploy_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    body: OptionalBody<api::DeployRequest>,
    certificates: Data<dyn CertificateService>,
) -> Result<Accepted<api::DeployAccepted>, ApiError> {
    let queued = certificates.deploy(&who, &id.0, body.0.target_id).await?;
    Ok(Accepted(api::DeployAccepted {
        status: "deployment_triggered".to_owned(),
        jobs: queued.into_iter().map(convert::queued_deployment).collect(),
    }))
}
