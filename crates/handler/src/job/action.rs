//! `POST /api/v1/jobs/{id}/cancel` and `…/retry`.

use actix_web::web::{Data, Json};
use certctl_api_types::job as api;
use certctl_domain::id::JobId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::job::JobService;

/// Cancel a job that has not ended
///
/// Whoever works on it can no longer finish it.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses(
        (status = 200, description = "Cancelled", body = api::JobAction),
        (status = 409, description = "It has ended"),
    ),
)]
pub(super) async fn cancel_job(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
) -> Result<Json<api::JobAction>, ApiError> {
    jobs.cancel(&who, &id.0).await?;
    Ok(Json(api::JobAction { status: "job_cancelled".to_owned() }))
}

/// Queue a failed job again, with fresh attempts
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/retry", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses(
        (status = 200, description = "Queued", body = api::JobAction),
        (status = 409, description = "It has not failed, or the same work is queued already"),
    ),
)]
pub(super) async fn retry_job(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
) -> Result<Json<api::JobAction>, ApiError> {
    jobs.retry(&who, &id.0).await?;
    Ok(Json(api::JobAction { status: "job_retried".to_owned() }))
}
