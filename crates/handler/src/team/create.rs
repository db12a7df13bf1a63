//! `POST /api/v1/teams`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::team as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::team::TeamService;

/// Add a team
#[utoipa::path(
    post, path = "/api/v1/teams", tag = "teams",
    request_body = api::TeamRequest,
    responses(
        (status = 201, description = "The new team", body = api::Team),
        (status = 409, description = "The name or id is taken"),
    ),
)]
pub(super) async fn create_team(
    who: Caller,
    body: Body<api::TeamRequest>,
    teams: Data<dyn TeamService>,
) -> Result<Created<api::Team>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(teams.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/teams/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
