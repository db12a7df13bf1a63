//! `GET /.well-known/pki/ca/…`: CA certificates, for relying parties that lack one (RFC 5280
//! §4.2.2.1).

use crate::conditional::Document;
use crate::refused::api_error;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use certctl_domain::id::IssuerId;
use certctl_http_core::{ApiError, Refusal};
use certctl_pki::{Certificate, chain_to_pem, fingerprint, pkcs7};
use certctl_service_api::ServiceError;
use certctl_service_api::relying_party::RelyingPartyService;
use std::time::Duration;

/// CA certificates change with a new key only, which is announced long before.
const FRESH_FOR: Duration = Duration::from_hours(1);

/// Get the certificate of a CA
///
/// `.cer` is the certificate that signs, in DER; `.pem` and `.p7c` have those above it too.
#[utoipa::path(
    get, path = "/.well-known/pki/ca/{file}", tag = "relying-party",
    params(("file" = String, Path, description = "Issuer with `.cer`, `.pem` or `.p7c`", example = "iss-local.cer")),
    responses(
        (status = 200, description = "The certificates", body = Vec<u8>, content_type = "application/pkix-cert"),
        (status = 304, description = "The client has them"),
    ),
)]
pub(crate) async fn get_ca(
    request: HttpRequest,
    path: Path<String>,
    service: Data<dyn RelyingPartyService>,
) -> Result<HttpResponse, ApiError> {
    let (issuer, form) = path.rsplit_once('.').ok_or(Refusal::RouteNotFound)?;
    let known = ["cer", "pem", "p7c"].contains(&form);
    let issuer: IssuerId = issuer.parse().or(Err(Refusal::RouteNotFound))?;
    if !known {
        return Err(Refusal::RouteNotFound.into());
    }
    let chain = service.ca_certificates(&issuer).await.map_err(api_error)?;
    let parsed = || {
        let certificates: Result<Vec<_>, _> = chain.iter().map(|der| Certificate::parse_der(der)).collect();
        certificates.map_err(ServiceError::internal)
    };
    let (body, content_type) = match form {
        "cer" => (chain.first().cloned().unwrap_or_default(), "application/pkix-cert"),
        "pem" => (chain_to_pem(&parsed()?).into(), "application/x-pem-file"),
        _ => (pkcs7::certs_only(&parsed()?).into(), "application/pkcs7-mime"),
    };
    let digest = fingerprint(&body);
    let document =
        Document { body, content_type, digest, modified: None, expires: None, fresh_for: FRESH_FOR };
    Ok(document.answer(&request, false))
}
