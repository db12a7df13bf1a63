//! `PUT /api/v1/teams/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::team as api;
use certctl_domain::id::TeamId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::team::TeamService;

/// Replace a team
///
/// The body's `id` is ignored. With `If-Match`, nothing changes unless the team is still the one
/// the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/teams/{id}", tag = "teams",
    params(
        ("id" = TeamId, Path, description = "Team"),
        ("If-Match" = Option<String>, Header, description = "ETag of the team as it was read"),
    ),
    request_body = api::TeamRequest,
    responses(
        (status = 200, description = "The changed team", body = api::Team),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn replace_team(
    who: Caller,
    id: PathId<TeamId>,
    revision: IfMatch,
    body: Body<api::TeamRequest>,
    teams: Data<dyn TeamService>,
) -> Result<Tagged<api::Team>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(teams.change(&who, &id.0, edit, revision.0).await?))
}
