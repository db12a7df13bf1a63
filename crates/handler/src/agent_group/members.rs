//! `/api/v1/agent-groups/{id}/members`: who belongs to a group, and what is said by hand.

use super::convert;
use crate::agent::agent_body;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, agent as agents_api, agent_group as api};
use certctl_domain::agent_group::MembershipType;
use certctl_domain::id::{AgentGroupId, AgentId};
use certctl_http_core::{ApiError, Body, Caller, List, NoContent, Paging, PathId, PathIds, page};
use certctl_service_api::agent_group::AgentGroupService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MemberFilter {
    /// Instead of the members, the agents in service about which this was said by hand.
    #[param(inline)]
    membership_type: Option<MembershipType>,
}

/// List the members of an agent group
///
/// Agents in service that fit every criterion or were put in by hand, without those that were kept
/// out by hand. A disabled group has none.
#[utoipa::path(
    get, path = "/api/v1/agent-groups/{id}/members", tag = "agent groups",
    params(("id" = AgentGroupId, Path, description = "Agent group"), Paging, MemberFilter),
    responses((status = 200, description = "One page, newest first", body = Page<agents_api::Agent>)),
)]
pub(super) async fn list_agent_group_members(
    who: Caller,
    id: PathId<AgentGroupId>,
    input: List<MemberFilter>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Json<Page<agents_api::Agent>>, ApiError> {
    let listing = groups.members(&who, &id.0, input.filter.membership_type, input.page).await?;
    page(listing, |agent| Ok(agent_body(agent))).map(Json)
}

/// Put an agent into a group, or keep it out
///
/// Counts more than the criteria, and replaces what was said before.
#[utoipa::path(
    put, path = "/api/v1/agent-groups/{id}/members/{agent_id}", tag = "agent groups",
    params(
        ("id" = AgentGroupId, Path, description = "Agent group"),
        ("agent_id" = AgentId, Path, description = "Agent"),
    ),
    request_body = api::GroupMemberRequest,
    responses(
        (status = 200, description = "What holds now", body = api::GroupMember),
        (status = 409, description = "The agent is retired or reserved"),
    ),
)]
pub(super) async fn set_agent_group_member(
    who: Caller,
    ids: PathIds<AgentGroupId, AgentId>,
    body: Body<api::GroupMemberRequest>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Json<api::GroupMember>, ApiError> {
    let membership = groups.set_member(&who, &ids.0, &ids.1, body.0.membership_type).await?;
    Ok(Json(convert::member(ids.0, membership)))
}

/// Leave an agent to the criteria of a group again
#[utoipa::path(
    delete, path = "/api/v1/agent-groups/{id}/members/{agent_id}", tag = "agent groups",
    params(
        ("id" = AgentGroupId, Path, description = "Agent group"),
        ("agent_id" = AgentId, Path, description = "Agent"),
    ),
    responses((status = 204, description = "Nothing is said about the agent by hand")),
)]
pub(super) async fn remove_agent_group_member(
    who: Caller,
    ids: PathIds<AgentGroupId, AgentId>,
    groups: Data<dyn AgentGroupService>,
) -> Result<NoContent, ApiError> {
    groups.remove_member(&who, &ids.0, &ids.1).await?;
    Ok(NoContent)
}
