//! `GET /api/v1/targets/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::target as api;
use certctl_domain::id::TargetId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::target::TargetService;

/// Get a target
///
/// Secrets of its configuration read `{"set":true}`.
#[utoipa::path(
    get, path = "/api/v1/targets/{id}", tag = "targets",
    params(("id" = TargetId, Path, description = "Target")),
    responses((status = 200, description = "The target", body = api::Target)),
)]
pub(super) async fn get_target(
    who: Caller,
    id: PathId<TargetId>,
    targets: Data<dyn TargetService>,
) -> Result<Tagged<api::Target>, ApiError> {
    Ok(convert::tagged(targets.get(&who, &id.0).await?)?)
}
