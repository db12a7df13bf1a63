//! `POST /api/v1/certificates`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::certificate::CertificateService;

/// Add a certificate
///
/// With targets, its first issuance is queued at once.
#[utoipa::path(
    post, path = "/api/v1/certificates", tag = "certificates",
    request_body = api::CertificateRequest,
    responses(
        (status = 201, description = "The new certificate", body = api::Certificate),
        (status = 409, description = "The name or id is taken"),
        (status = 422, description = "A name is not valid, or something referred to does not exist"),
    ),
)]
pub(super) async fn create_certificate(
    who: Caller,
    body: Body<api::CertificateRequest>,
    certificates: Data<dyn CertificateService>,
) -> Result<Created<api::Certificate>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(certificates.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/certificates/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
