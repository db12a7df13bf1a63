//! `DELETE /api/v1/renewal-policies/{id}`.

use actix_web::web::Data;
use certctl_domain::id::RenewalPolicyId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// Remove a renewal policy
#[utoipa::path(
    delete, path = "/api/v1/renewal-policies/{id}", tag = "renewal policies",
    params(("id" = RenewalPolicyId, Path, description = "Renewal policy")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Certificates follow it; `details.counts` tells how many"),
    ),
)]
pub(super) async fn delete_renewal_policy(
    who: Caller,
    id: PathId<RenewalPolicyId>,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<NoContent, ApiError> {
    policies.delete(&who, &id.0).await?;
    Ok(NoContent)
}
