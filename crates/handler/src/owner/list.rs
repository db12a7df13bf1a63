//! `GET /api/v1/owners`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, owner as api};
use certctl_domain::id::TeamId;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::owner::OwnerService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OwnerFilter {
    /// Only owners of this team.
    #[param(inline)]
    team_id: Option<TeamId>,
}

/// List owners
#[utoipa::path(
    get, path = "/api/v1/owners", tag = "owners",
    params(Paging, OwnerFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Owner>)),
)]
pub(super) async fn list_owners(
    who: Caller,
    input: List<OwnerFilter>,
    owners: Data<dyn OwnerService>,
) -> Result<Json<Page<api::Owner>>, ApiError> {
    let listing = owners.list(&who, input.filter.team_id, input.page).await?;
    page(listing, |row| Ok(convert::owner(row))).map(Json)
}
