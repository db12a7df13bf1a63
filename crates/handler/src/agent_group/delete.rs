//! `DELETE /api/v1/agent-groups/{id}`.

use actix_web::web::Data;
use certctl_domain::id::AgentGroupId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::agent_group::AgentGroupService;

/// Remove an agent group
#[utoipa::path(
    delete, path = "/api/v1/agent-groups/{id}", tag = "agent groups",
    params(("id" = AgentGroupId, Path, description = "Agent group")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "Renewal policies are limited to it"),
    ),
)]
pub(super) async fn delete_agent_group(
    who: Caller,
    id: PathId<AgentGroupId>,
    groups: Data<dyn AgentGroupService>,
) -> Result<NoContent, ApiError> {
    groups.delete(&who, &id.0).await?;
    Ok(NoContent)
}
