//! `GET /api/v1/targets`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, target as api};
use certctl_domain::id::AgentId;
use certctl_domain::target::TargetKind;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::target::{TargetQuery, TargetService};
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TargetFilter {
    /// Only targets of this agent.
    #[param(inline)]
    agent_id: Option<AgentId>,
    /// Only targets of this kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<TargetKind>,
    /// Whether to show retired targets too.
    #[serde(default)]
    #[param(required = false)]
    include_retired: bool,
}

/// List targets
#[utoipa::path(
    get, path = "/api/v1/targets", tag = "targets",
    params(Paging, TargetFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Target>)),
)]
pub(super) async fn list_targets(
    who: Caller,
    input: List<TargetFilter>,
    targets: Data<dyn TargetService>,
) -> Result<Json<Page<api::Target>>, ApiError> {
    let TargetFilter { agent_id, kind, include_retired } = input.filter;
    let query = TargetQuery { agent_id, kind, include_retired };
    Ok(Json(page(targets.list(&who, query, input.page).await?, convert::target)?))
}
