//! `GET /api/v1/teams/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::team as api;
use certctl_domain::id::TeamId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::team::TeamService;

/// Get a team
#[utoipa::path(
    get, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = TeamId, Path, description = "Team")),
    responses((status = 200, description = "The team", body = api::Team)),
)]
pub(super) async fn get_team(
    who: Caller,
    id: PathId<TeamId>,
    teams: Data<dyn TeamService>,
) -> Result<Tagged<api::Team>, ApiError> {
    Ok(convert::tagged(teams.get(&who, &id.0).await?))
}
