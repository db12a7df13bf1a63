//! `GET /api/v1/jobs`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, job as api};
use certctl_domain::id::{AgentId, CertificateId, TargetId};
use certctl_domain::job::{JobKind, JobStatus};
use certctl_http_core::{ApiError, Caller, DateOrTime, List, Paging, page};
use certctl_service_api::job::{JobQuery, JobService};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct JobFilter {
    /// Status.
    #[param(inline)]
    status: Option<JobStatus>,
    /// Kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<JobKind>,
    /// Certificate.
    #[param(inline)]
    certificate_id: Option<CertificateId>,
    /// Agent.
    #[param(inline)]
    agent_id: Option<AgentId>,
    /// Target.
    #[param(inline)]
    target_id: Option<TargetId>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    created_after: Option<DateOrTime>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    created_before: Option<DateOrTime>,
}

/// List jobs
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs",
    params(Paging, JobFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Job>)),
)]
pub(super) async fn list_jobs(
    who: Caller,
    input: List<JobFilter>,
    jobs: Data<dyn JobService>,
) -> Result<Json<Page<api::Job>>, ApiError> {
    let filter = input.filter;
    let query = JobQuery {
        status: filter.status,
        kind: filter.kind,
        certificate_id: filter.certificate_id,
        agent_id: filter.agent_id,
        target_id: filter.target_id,
        created_after: filter.created_after.map(|bound| bound.0),
        created_before: filter.created_before.map(|bound| bound.0),
    };
    Ok(Json(page(jobs.list(&who, query, input.page).await?, convert::job)?))
}
