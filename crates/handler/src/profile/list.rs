//! `GET /api/v1/profiles`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, profile as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::profile::ProfileService;

/// List certificate profiles
#[utoipa::path(
    get, path = "/api/v1/profiles", tag = "profiles",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::Profile>)),
)]
pub(super) async fn list_profiles(
    who: Caller,
    input: List<NoFilter>,
    profiles: Data<dyn ProfileService>,
) -> Result<Json<Page<api::Profile>>, ApiError> {
    let listing = profiles.list(&who, input.page).await?;
    page(listing, |row| Ok(convert::profile(row))).map(Json)
}
