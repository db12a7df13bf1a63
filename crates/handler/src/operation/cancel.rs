//! `POST /api/v1/operations/{id}/cancel`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::operation as api;
use certctl_domain::id::OperationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::operation::OperationService;

/// Cancel an operation
///
/// It stops before its next certificate; what was done stays done. Cancelling twice is no error.
#[utoipa::path(
    post, path = "/api/v1/operations/{id}/cancel", tag = "operations",
    params(("id" = OperationId, Path, description = "Operation")),
    responses(
        (status = 200, description = "The cancelled operation", body = api::Operation),
        (status = 409, description = "It was completed before"),
    ),
)]
pub(super) async fn cancel_operation(
    who: Caller,
    id: PathId<OperationId>,
    operations: Data<dyn OperationService>,
) -> Result<Json<api::Operation>, ApiError> {
    Ok(Json(convert::operation(operations.cancel(&who, &id.0).await?)?))
}
