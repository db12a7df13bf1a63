//! `GET /api/v1/issuers`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, issuer as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::issuer::IssuerService;

/// List issuers
#[utoipa::path(
    get, path = "/api/v1/issuers", tag = "issuers",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::Issuer>)),
)]
pub(super) async fn list_issuers(
    who: Caller,
    input: List<NoFilter>,
    issuers: Data<dyn IssuerService>,
) -> Result<Json<Page<api::Issuer>>, ApiError> {
    Ok(Json(page(issuers.list(&who, input.page).await?, convert::issuer)?))
}
