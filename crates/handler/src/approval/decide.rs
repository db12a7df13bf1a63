//! `POST /api/v1/approvals/{id}/approve` and `…/reject`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::approval as api;
use certctl_domain::id::ApprovalRequestId;
use certctl_http_core::{ApiError, Caller, OptionalBody, PathId};
use certctl_service_api::approval::{ApprovalOf, ApprovalService, Decision};

/// Approve a request: its job goes on
///
/// Whoever asked for the issuance cannot approve it, whatever key is used.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/approve", tag = "approvals",
    params(("id" = ApprovalRequestId, Path, description = "Approval request")),
    request_body = Option<api::DecisionRequest>,
    responses(
        (status = 200, description = "Approved", body = api::Decided),
        (status = 409, description = "It has been decided"),
    ),
)]
pub(super) async fn approve_request(
    who: Caller,
    id: PathId<ApprovalRequestId>,
    body: OptionalBody<api::DecisionRequest>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<api::Decided>, ApiError> {
    let of = ApprovalOf::Request(id.0);
    let decided = approvals.decide(&who, of, Decision::Approve, body.0.note).await?;
    Ok(Json(convert::decided(decided)))
}

/// Reject a request: its job is cancelled
///
/// Whoever asked for the issuance cancels the job instead.
#[utoipa::path(
    post, path = "/api/v1/approvals/{id}/reject", tag = "approvals",
    params(("id" = ApprovalRequestId, Path, description = "Approval request")),
    request_body = Option<api::DecisionRequest>,
    responses(
        (status = 200, description = "Rejected", body = api::Decided),
        (status = 409, description = "It has been decided"),
    ),
)]
pub(super) async fn reject_request(
    who: Caller,
    id: PathId<ApprovalRequestId>,
    body: OptionalBody<api::DecisionRequest>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<api::Decided>, ApiError> {
    let of = ApprovalOf::Request(id.0);
    let decided = approvals.decide(&who, of, Decision::Reject, body.0.note).await?;
    Ok(Json(convert::decided(decided)))
}
