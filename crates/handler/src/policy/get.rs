//! `GET /api/v1/policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::policy as api;
use certctl_domain::id::PolicyRuleId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::policy::PolicyService;

/// Get a compliance rule
#[utoipa::path(
    get, path = "/api/v1/policies/{id}", tag = "policies",
    params(("id" = PolicyRuleId, Path, description = "Rule")),
    responses((status = 200, description = "The rule", body = api::PolicyRule)),
)]
pub(super) async fn get_policy(
    who: Caller,
    id: PathId<PolicyRuleId>,
    policies: Data<dyn PolicyService>,
) -> Result<Tagged<api::PolicyRule>, ApiError> {
    Ok(convert::tagged(policies.get(&who, &id.0).await?)?)
}
