//! `PUT /api/v1/certificates/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::certificate::CertificateService;

/// Replace a certificate
///
/// Everything a client may set takes the value of the body; only `target_ids`, when left out, stays.
/// The body's `id` is ignored. With `If-Match`, nothing changes unless the certificate is still the
/// one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/certificates/{id}", tag = "certificates",
    params(
        ("id" = CertificateId, Path, description = "Certificate"),
        ("If-Match" = Option<String>, Header, description = "ETag of the certificate as it was read"),
    ),
    request_body = api::CertificateRequest,
    responses(
        (status = 200, description = "The changed certificate", body = api::Certificate),
        (status = 409, description = "It changed since it was read, or the name is taken"),
        (status = 422, description = "A name is not valid, or something referred to does not exist"),
    ),
)]
pub(super) async fn replace_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    revision: IfMatch,
    body: Body<api::CertificateRequest>,
    certificates: Data<dyn CertificateService>,
) -> Result<Tagged<api::Certificate>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(certificates.change(&who, &id.0, edit, revision.0).await?))
}
