//! `GET /api/v1/violations/{id}`.

use crate::policy::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::policy as api;
use certctl_domain::id::ViolationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::policy::PolicyService;

/// Get a violation
#[utoipa::path(
    get, path = "/api/v1/violations/{id}", tag = "policies",
    params(("id" = ViolationId, Path, description = "Violation")),
    responses((status = 200, description = "The violation", body = api::PolicyViolation)),
)]
pub(super) async fn get_violation(
    who: Caller,
    id: PathId<ViolationId>,
    policies: Data<dyn PolicyService>,
) -> Result<Json<api::PolicyViolation>, ApiError> {
    Ok(Json(convert::violation(policies.violation(&who, &id.0).await?)))
}
