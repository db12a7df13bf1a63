//! `GET /api/v1/certificates/{id}/export/pem`.

use super::file::Attachment;
use actix_web::Either;
use actix_web::web::{Data, Json};
use certctl_api_types::export as api;
use certctl_domain::id::{CertificateId, VersionId};
use certctl_http_core::{ApiError, Caller, PathId, Query};
use certctl_service_api::export::ExportService;
use serde::Deserialize;
use utoipa::IntoParams;

/// What is exported, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PemOptions {
    /// Answer with the whole chain as a file instead of JSON.
    #[serde(default)]
    #[param(required = false)]
    download: bool,
    /// This version instead of the newest.
    #[param(inline)]
    version_id: Option<VersionId>,
}

/// Export a certificate and its chain as PEM
///
/// Counts against the hourly limit of who asks. There is never a private key in it.
#[utoipa::path(
    get, path = "/api/v1/certificates/{id}/export/pem", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate"), PemOptions),
    responses(
        (status = 200, description = "Leaf and chain; with `download`, a file", content(
            (api::PemExport = "application/json"),
            (String = "application/x-pem-file"),
        )),
        (status = 429, description = "The hourly limit is reached"),
    ),
)]
pub(super) async fn export_certificate_pem(
    who: Caller,
    id: PathId<CertificateId>,
    options: Query<PemOptions>,
    exports: Data<dyn ExportService>,
) -> Result<Either<Attachment, Json<api::PemExport>>, ApiError> {
    let export = exports.pem(&who, &id.0, options.0.version_id).await?;
    let full_pem = export.certificate.clone() + &export.chain;
    if options.0.download {
        return Ok(Either::Left(Attachment {
            media_type: "application/x-pem-file",
            name: "certificate.pem",
            bytes: full_pem.into_bytes(),
        }));
    }
    Ok(Either::Right(Json(api::PemExport {
        cert_pem: export.certificate,
        chain_pem: export.chain,
        full_pem,
    })))
}
