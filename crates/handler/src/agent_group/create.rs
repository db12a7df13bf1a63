//! `POST /api/v1/agent-groups`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::agent_group as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::agent_group::AgentGroupService;

/// Add an agent group
#[utoipa::path(
    post, path = "/api/v1/agent-groups", tag = "agent groups",
    request_body = api::AgentGroupRequest,
    responses(
        (status = 201, description = "The new agent group", body = api::AgentGroup),
        (status = 409, description = "The name or id is taken"),
    ),
)]
pub(super) async fn create_agent_group(
    who: Caller,
    body: Body<api::AgentGroupRequest>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Created<api::AgentGroup>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(groups.create(&who, id, convert::spec(body.0)).await?);
    let location = format!("/api/v1/agent-groups/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
