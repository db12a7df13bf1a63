//! `POST /api/v1/operations/{id}/pause`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::operation as api;
use certctl_domain::id::OperationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::operation::OperationService;

/// Pause an operation
///
/// It halts before its next certificates, also over restarts of the server, until it is resumed. Pausing
/// twice is no error.
#[utoipa::path(
    post, path = "/api/v1/operations/{id}/pause", tag = "operations",
    params(("id" = OperationId, Path, description = "Operation")),
    responses(
        (status = 200, description = "The operation", body = api::Operation),
        (status = 409, description = "It has ended"),
    ),
)]
pub(super) async fn pause_operation(
    who: Caller,
    id: PathId<OperationId>,
    operations: Data<dyn OperationService>,
) -> Result<Json<api::Operation>, ApiError> {
    Ok(Json(convert::operation(operations.pause(&who, &id.0).await?)?))
}
