//! `GET /api/v1/jobs/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::job as api;
use certctl_domain::id::JobId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::job::JobService;

/// Get a job
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses((status = 200, description = "The job", body = api::Job)),
)]
pub(super) async fn get_job(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
) -> Result<Json<api::Job>, ApiError> {
    Ok(Json(convert::job(jobs.get(&who, &id.0).await?)?))
}
