//! `GET /api/v1/agent-groups/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::agent_group as api;
use certctl_domain::id::AgentGroupId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::agent_group::AgentGroupService;

/// Get an agent group
#[utoipa::path(
    get, path = "/api/v1/agent-groups/{id}", tag = "agent groups",
    params(("id" = AgentGroupId, Path, description = "Agent group")),
    responses((status = 200, description = "The agent group", body = api::AgentGroup)),
)]
pub(super) async fn get_agent_group(
    who: Caller,
    id: PathId<AgentGroupId>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Tagged<api::AgentGroup>, ApiError> {
    Ok(convert::tagged(groups.get(&who, &id.0).await?))
}
