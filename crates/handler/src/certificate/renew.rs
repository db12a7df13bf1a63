//! `POST /api/v1/certificates/{id}/renew`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::certificate as api;
use certctl_domain::id::CertificateId;
use certctl_http_core::{Accepted, ApiError, Caller, OptionalBody, PathId, Query};
use certctl_service_api::ServiceError;
use certctl_service_api::certificate::{CertificateService, RenewOptions as Options};
use serde::Deserialize;
use utoipa::IntoParams;

/// The same choice as in the body.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RenewOptions {
    /// Cancel an issuance that is under way and start again; renew also inside of a freeze.
    #[serde(default)]
    #[param(required = false)]
    force: bool,
}

/// Renew a certificate
///
/// Queues one issuance for every agent that holds, or will hold, a key, whether a maintenance window
/// is open or not.
#[utoipa::path(
    post, path = "/api/v1/certificates/{id}/renew", tag = "certificates",
    params(("id" = CertificateId, Path, description = "Certificate"), RenewOptions),
    request_body = Option<api::RenewRequest>,
    responses(
        (status = 202, description = "Queued", body = api::RenewAccepted),
        (status = 409, description = "`already_renewing`, `frozen`, `issuance_limit`, `no_key_holder`, or the state forbids it"),
    ),
)]
pub(super) async fn renew_certificate(
    who: Caller,
    id: PathId<CertificateId>,
    options: Query<RenewOptions>,
    body: OptionalBody<api::RenewRequest>,
    certificates: Data<dyn CertificateService>,
) -> Result<Accepted<api::RenewAccepted>, ApiError> {
    let api::RenewRequest { force, override_limit, reason } = body.0;
    let options = Options { force: force || options.0.force, override_limit, reason };
    let queued = certificates.renew(&who, &id.0, options).await?;
    let jobs: Vec<_> = queued.into_iter().map(convert::queued_issuance).collect();
    let first = jobs.first().map(|job| job.job_id.clone());
    let job_id = first.ok_or_else(|| ServiceError::internal("a renewal was accepted without a job"))?;
    Ok(Accepted(api::RenewAccepted { status: "renewal_triggered".to_owned(), job_id, jobs }))
}
