//! `GET /api/v1/renewal-policies`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, renewal_policy as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::renewal_policy::RenewalPolicyService;

/// List renewal policies
#[utoipa::path(
    get, path = "/api/v1/renewal-policies", tag = "renewal policies",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::RenewalPolicy>)),
)]
pub(super) async fn list_renewal_policies(
    who: Caller,
    input: List<NoFilter>,
    policies: Data<dyn RenewalPolicyService>,
) -> Result<Json<Page<api::RenewalPolicy>>, ApiError> {
    let listing = policies.list(&who, input.page).await?;
    page(listing, |row| Ok(convert::renewal_policy(row))).map(Json)
}
