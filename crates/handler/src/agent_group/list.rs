//! `GET /api/v1/agent-groups`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, agent_group as api};
use certctl_http_core::{ApiError, Caller, List, NoFilter, Paging, page};
use certctl_service_api::agent_group::AgentGroupService;

/// List agent groups
#[utoipa::path(
    get, path = "/api/v1/agent-groups", tag = "agent groups",
    params(Paging),
    responses((status = 200, description = "One page, newest first", body = Page<api::AgentGroup>)),
)]
pub(super) async fn list_agent_groups(
    who: Caller,
    input: List<NoFilter>,
    groups: Data<dyn AgentGroupService>,
) -> Result<Json<Page<api::AgentGroup>>, ApiError> {
    let listing = groups.list(&who, input.page).await?;
    page(listing, |row| Ok(convert::agent_group(row))).map(Json)
}
