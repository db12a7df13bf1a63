//! `POST /api/v1/operations/{id}/resume`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::operation as api;
use certctl_domain::id::OperationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::operation::OperationService;

/// Resume an operation
///
/// It goes on where it was. Resuming what is not paused is no error.
#[utoipa::path(
    post, path = "/api/v1/operations/{id}/resume", tag = "operations",
    params(("id" = OperationId, Path, description = "Operation")),
    responses(
        (status = 200, description = "The operation", body = api::Operation),
        (status = 409, description = "It has ended"),
    ),
)]
pub(super) async fn resume_operation(
    who: Caller,
    id: PathId<OperationId>,
    operations: Data<dyn OperationService>,
) -> Result<Json<api::Operation>, ApiError> {
    Ok(Json(convert::operation(operations.resume(&who, &id.0).await?)?))
}
