//! `POST /api/v1/agents/{id}/heartbeat`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::agent::Heartbeat;
use certctl_api_types::work as api;
use certctl_domain::id::AgentId;
use certctl_http_core::{ApiError, Caller, OptionalBody, PathId};
use certctl_service_api::agent_work::AgentWorkService;

/// Record a heartbeat
///
/// Facts that are blank do not overwrite; unknown ones are ignored, so that a newer agent can report
/// to an older server.
#[utoipa::path(
    post, path = "/api/v1/agents/{id}/heartbeat", tag = "agent work",
    params(("id" = AgentId, Path, description = "The agent itself")),
    request_body = Option<Heartbeat>,
    responses((status = 200, description = "Recorded", body = api::Acknowledged)),
)]
pub(super) async fn record_heartbeat(
    who: Caller,
    id: PathId<AgentId>,
    body: OptionalBody<Heartbeat>,
    work: Data<dyn AgentWorkService>,
) -> Result<Json<api::Acknowledged>, ApiError> {
    work.heartbeat(&who, &id.0, convert::facts(body.0)).await?;
    Ok(Json(convert::acknowledged("heartbeat_recorded")))
}
