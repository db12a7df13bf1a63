//! `GET /api/v1/certificates/{id}/versions`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, certificate as api};
use certctl_domain::id::CertificateId;
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, PathId, page};
use certctl_service_api::certificate::CertificateService;

/// List the issued versions of a certificate
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/versions", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate"), Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::CertificateVersion>)),
)]
pub(super) async fn list_certificate_versions(
    who: Caller,
    id: PathId<CertificateId>,
    input: List<NoFilter>,
    certificates: Data<dyn CertificateService>,
) -> Result<Json<Page<api::CertificateVersion>>, ApiError> {
    let listing = certificates.versions(&who, &id.0, input.page).await?;
    page(listing, |version| Ok(convert::version(version))).map(Json)
}
