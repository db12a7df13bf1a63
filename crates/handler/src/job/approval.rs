//! `POST /api/v1/jobs/{id}/approve` and `…/reject`: the decision about the job's approval request.

use actix_web::web::{Data, Json};
use certctl_api_types::job as api;
use certctl_domain::id::JobId;
use certctl_http_core::{ApiError, Caller, OptionalBody, PathId};
use certctl_service_api::approval::{ApprovalOf, ApprovalService, Decision};

/// Approve the request of a job
///
/// The same decision as `POST /approvals/{id}/approve`, under the same two-person rule.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/approve", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    responses(
        (status = 200, description = "Approved", body = api::JobAction),
        (status = 409, description = "It has been decided, or never needed an approval"),
    ),
)]
pub(super) async fn approve_job(
    who: Caller,
    id: PathId<JobId>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<api::JobAction>, ApiError> {
    approvals.decide(&who, ApprovalOf::Job(id.0), Decision::Approve, None).await?;
    Ok(Json(api::JobAction { status: "job_approved".to_owned() }))
}

/// Reject the request of a job
///
/// The same decision as `POST /approvals/{id}/reject`, under the same two-person rule.
#[utoipa::path(
    post, path = "/api/v1/jobs/{id}/reject", tag = "jobs",
    params(("id" = JobId, Path, description = "Job")),
    request_body = Option<api::RejectRequest>,
    responses(
        (status = 200, description = "Rejected", body = api::JobAction),
        (status = 409, description = "It has been decided, or never needed an approval"),
    ),
)]
pub(super) async fn reject_job(
    who: Caller,
    id: PathId<JobId>,
    body: OptionalBody<api::RejectRequest>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<api::JobAction>, ApiError> {
    approvals.decide(&who, ApprovalOf::Job(id.0), Decision::Reject, body.0.reason).await?;
    Ok(Json(api::JobAction { status: "job_rejected".to_owned() }))
}
