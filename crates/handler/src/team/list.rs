//! `GET /api/v1/teams`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, team as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::team::TeamService;

/// List teams
#[utoipa::path(
    get, path = "/api/v1/teams", tag = "teams",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::Team>)),
)]
pub(super) async fn list_teams(
    who: Caller,
    input: List<NoFilter>,
    teams: Data<dyn TeamService>,
) -> Result<Json<Page<api::Team>>, ApiError> {
    let listing = teams.list(&who, input.page).await?;
    page(listing, |row| Ok(convert::team(row))).map(Json)
}
