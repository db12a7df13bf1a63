//! `GET /api/v1/jobs/{id}/timeline`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::job as api;
use certctl_domain::id::JobId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::job::JobService;

/// Get the history of a job
///
/// Every attempt with its holder and outcome, and every change of state, oldest first.
#[utoipa::path(
    get, path = "/api/v1/jobs/{id}/timeline", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses((status = 200, description = "Its history", body = api::JobTimeline)),
)]
pub(super) async fn get_timeline(
    who: Caller,
    id: PathId<JobId>,
    jobs: Data<dyn JobService>,
) -> Result<Json<api::JobTimeline>, ApiError> {
    Ok(Json(convert::timeline(jobs.timeline(&who, &id.0).await?)))
}
