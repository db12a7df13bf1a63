//! `GET /api/v1/policies/{id}/violations`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, policy as api};
use certctl_domain::id::PolicyRuleId;
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, PathId, page};
use certctl_service_api::policy::PolicyService;

/// List the violations of a compliance rule
///
/// Open and resolved ones.
#[utoipa::path(
    get, path = "/api/v1/policies/{id}/violations", tag = "policies",
    params(("id" = PolicyRuleId, Path, description = "Rule"), Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::PolicyViolation>)),
)]
pub(super) async fn list_policy_violations(
    who: Caller,
    id: PathId<PolicyRuleId>,
    input: List<NoFilter>,
    policies: Data<dyn PolicyService>,
) -> Result<Json<Page<api::PolicyViolation>>, ApiError> {
    let listing = policies.violations_of(&who, &id.0, input.page).await?;
    page(listing, |row| Ok(convert::violation(row))).map(Json)
}
