//! `POST /api/v1/agents/{id}/jobs/{job_id}/status`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::work as api;
use certctl_domain::id::{AgentId, JobId};
use certctl_http_core::{ApiError, Body, Caller, PathIds};
use certctl_service_api::agent_work::AgentWorkService;

/// Report how a leased job stands
///
/// `Running` prolongs the lease. The same terminal report again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/agents/{id}/jobs/{job_id}/status", tag = "agent work",
    params(
        ("id" = AgentId, Path, description = "The agent itself"),
        ("job_id" = JobId, Path, description = "Job"),
    ),
    request_body = api::JobReport,
    responses(
        (status = 200, description = "Taken", body = api::Acknowledged),
        (status = 409, description = "Somebody else holds the lease now, or the job has ended"),
    ),
)]
pub(super) async fn report_job(
    who: Caller,
    ids: PathIds<AgentId, JobId>,
    body: Body<api::JobReport>,
    work: Data<dyn AgentWorkService>,
) -> Result<Json<api::Acknowledged>, ApiError> {
    work.report(&who, &ids.0, &ids.1, convert::report(body.0)).await?;
    Ok(Json(convert::acknowledged("updated")))
}
