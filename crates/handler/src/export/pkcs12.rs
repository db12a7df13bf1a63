//! `POST /api/v1/certificates/{id}/export/pkcs12`.

use super::file::Attachment;
use actix_web::web::Data;
use certctl_api_types::export as api;
use certctl_domain::id::{CertificateId, VersionId};
use certctl_http_core::{ApiError, Body, Caller, PathId, Query};
use certctl_service_api::ServiceError;
use certctl_service_api::export::ExportService;
use serde::Deserialize;
use utoipa::IntoParams;

const MAX_PASSWORD: usize = 256;

/// What is exported.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Pkcs12Options {
    /// This version instead of the newest.
    #[param(inline)]
    version_id: Option<VersionId>,
}

/// Export a certificate and its chain as a PKCS#12 trust store
///
/// Encrypted with AES-256 under a key from the password. Counts against the hourly limit of who
/// asks. There is never a private key in it.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/export/pkcs12", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate"), Pkcs12Options),
    request_body = api::Pkcs12Request,
    responses(
        (status = 200, description = "The file", body = Vec<u8>, content_type = "application/x-pkcs12"),
        (status = 422, description = "The stored chain cannot be read"),
        (status = 429, description = "The hourly limit is reached"),
    ),
)]
pub(super) async fn export_certificate_pkcs12(
    who: Caller,
    id: PathId<CertificateId>,
    options: Query<Pkcs12Options>,
    body: Body<api::Pkcs12Request>,
    exports: Data<dyn ExportService>,
) -> Result<Attachment, ApiError> {
    check(&body.0)?;
    let bytes = exports.pkcs12(&who, &id.0, options.0.version_id, &body.0.password).await?;
    Ok(Attachment { media_type: "application/x-pkcs12", name: "certificate.p12", bytes })
}

fn check(request: &api::Pkcs12Request) -> Result<(), ServiceError> {
    if request.password.is_empty() && !request.allow_empty_password {
        let message = "give a password, or ask for an empty one with allow_empty_password";
        return Err(ServiceError::invalid("password", "required", message));
    }
    if request.password.chars().count() > MAX_PASSWORD || request.password.chars().any(char::is_control) {
        let message = format!("must have at most {MAX_PASSWORD} characters and no control characters");
        return Err(ServiceError::invalid("password", "invalid_length", message));
    }
    Ok(())
}
