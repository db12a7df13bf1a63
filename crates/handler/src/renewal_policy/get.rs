//! `GET /api/v1/renewal-policies/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::renewal_policy as api;
use certctl_domain::id::RenewalPolicyId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// Get a renewal policy
#[utoipa::path(
    get, path = "/api/v1/renewal-policies/{id}", tag = "renewal policies",
    params(("id" = RenewalPolicyId, Path, description = "Renewal policy")),
    responses((status = 200, description = "The renewal policy", body = api::RenewalPolicy)),
)]
pub(super) async fn get_renewal_policy(
    who: Caller,
    id: PathId<RenewalPolicyId>,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<Tagged<api::RenewalPolicy>, ApiError> {
    Ok(convert::tagged(policies.get(&who, &id.0).await?))
}
