//! `GET /api/v1/approvals/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::approval as api;
use certctl_domain::id::ApprovalRequestId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::approval::ApprovalService;

/// Get an approval request
#[utoipa::path(
    get, path = "/api/v1/approvals/{id}", tag = "approvals",
    params(("id" = ApprovalRequestId, Path, description = "Approval request")),
    responses((status = 200, description = "The request", body = api::ApprovalRequest)),
)]
pub(super) async fn get_approval(
    who: Caller,
    id: PathId<ApprovalRequestId>,
    approvals: Data<dyn ApprovalService>,
) -> Result<Json<api::ApprovalRequest>, ApiError> {
    Ok(Json(convert::request(approvals.get(&who, &id.0).await?)))
}
