//! `DELETE /api/v1/targets/{id}`.

use actix_web::web::Data;
use certctl_domain::id::TargetId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::target::TargetService;

/// Remove a target
#[utoipa::path(
    delete, path = "/api/v1/targets/{id}", tag = "targets",
    params(("id" = TargetId, Path, description = "Target")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Certificates are mapped to it"),
    ),
)]
pub(super) async fn delete_target(
    who: Caller,
    id: PathId<TargetId>,
    targets: Data<dyn TargetService>,
) -> Result<NoContent, ApiError> {
    targets.delete(&who, &id.0).await?;
    Ok(NoContent)
}
