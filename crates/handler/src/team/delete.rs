//! `DELETE /api/v1/teams/{id}`.

use actix_web::web::Data;
use certctl_domain::id::TeamId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::team::TeamService;

/// Remove a team
#[utoipa::path(
    delete, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = TeamId, Path, description = "Team")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Owners or certificates belong to it; `details.counts` tells how many"),
    ),
)]
pub(super) async fn delete_team(
    who: Caller,
    id: PathId<TeamId>,
    teams: Data<dyn TeamService>,
) -> Result<NoContent, ApiError> {
    teams.delete(&who, &id.0).await?;
    Ok(NoContent)
}
