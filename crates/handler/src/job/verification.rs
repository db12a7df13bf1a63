//! `POST /api/v1/jobs/{id}/verify` and `GET /api/v1/jobs/{id}/verification`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::job as api;
use certctl_domain::id::JobId;
use certctl_http_core::{ApiError, Body, Caller, PathId};
use certctl_service_api::job::{JobService, VerificationReport};

/// Tell what the target of a deployment serves
///
/// For the job's own agent only. The server compares the fingerprints with the version that was
/// deployed; a failed verification marks the deployment as failed, and it is tried again.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/verify", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    request_body = api::VerifyRequest,
    responses(
        (status = 200, description = "The server's verdict", body = api::Verified),
        (status = 403, description = "The caller is no agent"),
        (status = 404, description = "This agent has no such job"),
        (status = 409, description = "It is no deployment, or did not deploy"),
        (status = 422, description = "It deploys to another target"),
    ),
)]
pub(super) async fn verify_job(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
    body: Body<api::VerifyRequest>,
) -> Result<Json<api::Verified>, ApiError> {
    let api::VerifyRequest { target_id, expected_fingerprint, actual_fingerprint, verified: _, error } =
        body.0;
    let report = VerificationReport { target_id, expected_fingerprint, actual_fingerprint, error };
    Ok(Json(convert::verified(jobs.verify(&who, &id.0, report).await?)))
}

/// Get the verification of a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/verification", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses((status = 200, description = "What is known", body = api::VerificationResult)),
)]
pub(super) async fn get_verification(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
) -> Result<Json<api::VerificationResult>, ApiError> {
    Ok(Json(convert::verification(jobs.verification(&who, &id.0).await?)))
}
