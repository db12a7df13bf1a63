//! `PATCH /api/v1/certificates/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::certificate::CertificateService;

/// Change a certificate
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default,
/// `"tags":{"a":null}` removes one tag. With `If-Match`, nothing changes unless the certificate is
/// still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/certificates/{id}", tag = "certificates",
    params(
        ("id" = CertificateId, Path, description = "Certificate"),
        ("If-Match" = Option<String>, Header, description = "ETag of the certificate as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed certificate", body = api::Certificate),
        (status = 409, description = "It changed since it was read, is archived, or the name is taken"),
        (status = 422, description = "A name is not valid, or something referred to does not exist"),
    ),
)]
pub(super) async fn patch_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    revision: IfMatch,
    patch: MergePatch,
    certificates: Data<dyn CertificateService>,
) -> Result<Tagged<api::Certificate>, ApiError> {
    let edit = Box::new(move |view: &_| patch.apply(&convert::request(view)).map(convert::spec));
    Ok(convert::tagged(certificates.change(&who, &id.0, edit, revision.0).await?))
}
