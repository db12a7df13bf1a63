//! `GET /api/v1/policies`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, policy as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::policy::PolicyService;

/// List compliance rules
#[utoipa::path(
    get, path = "/api/v1/policies", tag = "policies",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::PolicyRule>)),
)]
pub(super) async fn list_policies(
    who: Caller,
    input: List<NoFilter>,
    policies: Data<dyn PolicyService>,
) -> Result<Json<Page<api::PolicyRule>>, ApiError> {
    page(policies.list(&who, input.page).await?, |row| Ok(convert::rule(row)?)).map(Json)
}
