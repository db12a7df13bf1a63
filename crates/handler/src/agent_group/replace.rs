//! `PUT /api/v1/agent-groups/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::agent_group as api;
use certctl_domain::id::AgentGroupId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::agent_group::AgentGroupService;

/// Replace an agent group
///
/// The body's `id` is ignored. With `If-Match`, nothing changes unless the agent group is still the one
/// the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/agent-groups/{id}", tag = "agent groups",
    params(
        ("id" = AgentGroupId, Path, description = "Agent group"),
        ("If-Match" = Option<String>, Header, description = "ETag of the agent group as it was read"),
    ),
    request_body = api::AgentGroupRequest,
    responses(
        (status = 200, description = "The changed agent group", body = api::AgentGroup),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn replace_agent_group(
    who: Caller,
    id: PathId<AgentGroupId>,
    revision: IfMatch,
    body: Body<api::AgentGroupRequest>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Tagged<api::AgentGroup>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(groups.change(&who, &id.0, edit, revision.0).await?))
}
