//! `GET /api/v1/agents` and `GET /api/v1/agents/retired`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, agent as api};
use certctl_domain::agent::AgentStatus;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::agent::{AgentQuery, AgentService};
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
    /// Part of the name, host name or address, any case.
    search: Option<String>,
}

/// Filters of the list of retired agents, which are all `Offline`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RetiredFilter {
    /// Part of the name, host name or address, any case.
    search: Option<String>,
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
    let AgentFilter { status, search } = input.filter;
    let query = AgentQuery { retired: false, status, search };
    let listing = agents.list(&who, query, input.page).await?;
    page(listing, |agent| Ok(convert::agent(agent))).map(Json)
}

/// List retired agents
#[utoipa::path(
    get, path = "/api/v1/agents/retired", tag = "agents",
    params(Paging, RetiredFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Agent>)),
)]
pub(super) async fn list_retired_agents(
    who: Caller,
    input: List<RetiredFilter>,
    agents: Data<dyn AgentService>,
) -> Result<Json<Page<api::Agent>>, ApiError> {
    let query = AgentQuery { retired: true, status: None, search: input.filter.search };
    let listing = agents.list(&who, query, input.page).await?;
    page(listing, |agent| Ok(convert::agent(agent))).map(Json)
}
