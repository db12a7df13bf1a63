//! Relying parties' errors in HTTP, for everything but OCSP.

use certctl_http_core::ApiError;
use certctl_service_api::ServiceError;
use certctl_service_api::relying_party::RelyingPartyError;

/// The HTTP error. What does not exist and what is published elsewhere are both not found.
pub(crate) fn api_error(error: RelyingPartyError) -> ApiError {
    match error {
        RelyingPartyError::IssuerNotFound(id) => ServiceError::not_found("issuer", id).into(),
        RelyingPartyError::NotPublished(id) => {
            ServiceError::not_found("published revocation information of the remote CA", id).into()
        }
        RelyingPartyError::NoSuchCrl(id) => ServiceError::not_found("such a CRL of issuer", id).into(),
        RelyingPartyError::Failed(error) => error.into(),
    }
}
