//! `DELETE /api/v1/policies/{id}`.

use actix_web::web::Data;
use certctl_domain::id::PolicyRuleId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::policy::PolicyService;

/// Remove a compliance rule
///
/// Its violations go with it. Switch it off with `enabled` to keep them as a record.
#[utoipa::path(
    delete, path = "/api/v1/policies/{id}", tag = "policies",
    params(("id" = PolicyRuleId, Path, description = "Rule")),
    responses((status = 204, description = "Removed")),
)]
pub(super) async fn delete_policy(
    who: Caller,
    id: PathId<PolicyRuleId>,
    policies: Data<dyn PolicyService>,
) -> Result<NoContent, ApiError> {
    policies.delete(&who, &id.0).await?;
    Ok(NoContent)
}
