//! `PATCH /api/v1/agent-groups/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::agent_group as api;
use certctl_domain::id::AgentGroupId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::agent_group::AgentGroupService;

/// Change an agent group
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// With `If-Match`, nothing changes unless the agent group is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/agent-groups/{id}", tag = "agent groups",
    params(
        ("id" = AgentGroupId, Path, description = "Agent group"),
        ("If-Match" = Option<String>, Header, description = "ETag of the agent group as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed agent group", body = api::AgentGroup),
        (status = 409, description = "It changed since it was read, or the name is taken"),
    ),
)]
pub(super) async fn patch_agent_group(
    who: Caller,
    id: PathId<AgentGroupId>,
    revision: IfMatch,
    patch: MergePatch,
    groups: Data<dyn AgentGroupService>,
) -> Result<Tagged<api::AgentGroup>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)).map(convert::spec));
    Ok(convert::tagged(groups.change(&who, &id.0, edit, revision.0).await?))
}
