//! `POST /api/v1/targets/{id}/test`.

use actix_web::web::Data;
use certctl_api_types::target as api;
use certctl_domain::id::TargetId;
use certctl_http_core::{Accepted, ApiError, Caller, PathId};
use certctl_service_api::target::TargetService;

/// Test a target
///
/// Its agent does a dry run; the result becomes the target's `test_status`.
#[utoipa::path(
    post, path = "/api/v1/targets/{id}/test", tag = "targets",
    params(("id" = TargetId, Path, description = "Target")),
    responses(
        (status = 202, description = "Queued", body = api::TestQueued),
        (status = 409, description = "The target or its agent is out of service"),
    ),
)]
pub(super) async fn test_target(
    who: Caller,
    id: PathId<TargetId>,
    targets: Data<dyn TargetService>,
) -> Result<Accepted<api::TestQueued>, ApiError> {
    let job_id = targets.test(&who, &id.0).await?;
    Ok(Accepted(api::TestQueued { status: "test_queued".to_owned(), job_id }))
}
