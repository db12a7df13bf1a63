//! `PATCH /api/v1/teams/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::team as api;
use certctl_domain::id::TeamId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::team::TeamService;

/// Change a team
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// With `If-Match`, nothing changes unless the team is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/teams/{id}", tag = "teams",
    params(
        ("id" = TeamId, Path, description = "Team"),
        ("If-Match" = Option<String>, Header, description = "ETag of the team as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed team", body = api::Team),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn patch_team(
    who: Caller,
    id: PathId<TeamId>,
    revision: IfMatch,
    patch: MergePatch,
    teams: Data<dyn TeamService>,
) -> Result<Tagged<api::Team>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)).map(convert::spec));
    Ok(convert::tagged(teams.change(&who, &id.0, edit, revision.0).await?))
}
