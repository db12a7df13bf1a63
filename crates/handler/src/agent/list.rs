//! `GET /api/v1/agents` and `GET /api/v1/agents/retired`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, agent as api};
use certctl_domain::agent::AgentStatus;
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::agent::AgentService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AgentFilter {
    /// Reachability.
    #[param(inline)]
    status: Option<AgentStatus>,
}

/// List agents in service
#[utoipa::path(
    get, path = "/api/v1/agents", tag = "agents",
    params(Paging, AgentFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Agent>)),
)]
pub(super) async fn list_agents(
    who: Caller,
    input: List<AgentFilter>,
    agents: Data<dyn AgentService>,
) -> Result<Json<Page<api::Agent>>, ApiError> {
    let listing = agents.list(&who, false, input.filter.status, input.page).await?;
    page(listing, |agent| Ok(convert::agent(agent))).map(Json)
}

/// List retired agents
#[utoipa::path(
    get, path = "/api/v1/agents/retired", tag = "agents",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::Agent>)),
)]
pub(super) async fn list_retired_agents(
    who: Caller,
    input: List<NoFilter>,
    agents: Data<dyn AgentService>,
) -> Result<Json<Page<api::Agent>>, ApiError> {
    let listing = agents.list(&who, true, None, input.page).await?;
    page(listing, |agent| Ok(convert::agent(agent))).map(Json)
}
