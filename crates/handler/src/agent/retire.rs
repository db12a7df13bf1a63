//! `DELETE /api/v1/agents/{id}`.

use super::convert;
use actix_web::Either;
use actix_web::web::{Data, Json};
use certctl_api_types::agent as api;
use certctl_domain::id::AgentId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId, Query};
use certctl_service_api::agent::{AgentService, Retirement};
use serde::Deserialize;
use utoipa::IntoParams;

/// How to go about it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RetireOptions {
    /// Retire its targets and cancel its jobs with it; needs a reason.
    #[serde(default)]
    #[param(required = false)]
    force: bool,
    /// Why.
    reason: Option<String>,
}

/// Retire an agent
///
/// For good: its credential stops working and its routes answer 410.
#[utoipa::path(
    delete, path = "/api/v1/agents/{id}", tag = "agents",
    params(("id" = AgentId, Path, description = "Agent"), RetireOptions),
    responses(
        (status = 200, description = "Retired now", body = api::RetireAgentResponse),
        (status = 204, description = "It was retired before"),
        (status = 409, description = "Targets, certificates or jobs depend on it; `details.counts` tells how many"),
    ),
)]
pub(super) async fn retire_agent(
    who: Caller,
    id: PathId<AgentId>,
    options: Query<RetireOptions>,
    agents: Data<dyn AgentService>,
) -> Result<Either<NoContent, Json<api::RetireAgentResponse>>, ApiError> {
    let RetireOptions { force, reason } = options.0;
    Ok(match agents.retire(&who, &id.0, force, reason).await? {
        Retirement::AlreadyRetired => Either::Left(NoContent),
        Retirement::Retired { at, counts, cascade } => {
            Either::Right(Json(convert::retired(at, counts, cascade)))
        }
    })
}
