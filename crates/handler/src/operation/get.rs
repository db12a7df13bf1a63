//! `GET /api/v1/operations/{id}`.

use super::wait::{WaitOptions, ended};
use actix_web::web::{Data, Json};
use certctl_api_types::operation as api;
use certctl_domain::id::OperationId;
use certctl_http_core::{ApiError, Caller, HttpCore, PathId, Query};
use certctl_service_api::operation::OperationService;

/// Get an operation
///
/// With `wait`, answers once it has ended or the time is over.
#[utoipa::path(
    get, path = "/api/v1/operations/{id}", tag = "operations",
    params(("id" = OperationId, Path, description = "Operation"), WaitOptions),
    responses((status = 200, description = "The operation", body = api::Operation)),
)]
pub(super) async fn get_operation(
    who: Caller,
    id: PathId<OperationId>,
    options: Query<WaitOptions>,
    core: Data<HttpCore>,
    operations: Data<dyn OperationService>,
) -> Result<Json<api::Operation>, ApiError> {
    ended(&who, &id.0, &options.0, &core, &**operations).await.map(Json)
}
