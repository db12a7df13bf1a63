//! `GET /api/v1/agents/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::agent as api;
use certctl_domain::id::AgentId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::agent::AgentService;

/// Get an agent, retired or not
#[utoipa::path(
    get, path = "/api/v1/agents/{id}", tag = "agents",
    params(("id" = AgentId, Path, description = "Agent")),
    responses((status = 200, description = "The agent", body = api::Agent)),
)]
pub(super) async fn get_agent(
    who: Caller,
    id: PathId<AgentId>,
    agents: Data<dyn AgentService>,
) -> Result<Json<api::Agent>, ApiError> {
    Ok(Json(convert::agent(agents.get(&who, &id.0).await?)))
}
