//! `GET /api/v1/agents/{id}/work`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::work as api;
use certctl_domain::id::AgentId;
use certctl_http_core::{ApiError, Caller, HttpCore, PathId, Query, Wait};
use certctl_service_api::ServiceError;
use certctl_service_api::agent_work::AgentWorkService;
use serde::Deserialize;
use std::time::Duration;
use utoipa::IntoParams;

const MAX_ITEMS: u32 = 50;
const STANDARD_ITEMS: u32 = 10;

/// Who asks, for how much, and how long it can wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct WorkOptions {
    /// Fresh for each start of the agent's process, for example a UUID: leases of older ones are
    /// taken over. 1 to 64 of `A-Z a-z 0-9 -`.
    #[param(max_length = 64)]
    instance: String,
    /// Seconds to wait for work when there is none, as `30s`; at most 60.
    #[param(value_type = Option<String>, example = "30s")]
    wait: Option<Wait>,
    /// Most jobs to lease, 1 to 50; 10 when left out.
    #[param(minimum = 1, maximum = 50, default = 10)]
    limit: Option<u32>,
}

impl WorkOptions {
    fn check(&self) -> Result<(), ServiceError> {
        let sound = |text: &str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if !sound(&self.instance) {
            return Err(ServiceError::invalid(
                "instance",
                "invalid_value",
                "use 1 to 64 of A-Z, a-z, 0-9 and `-`",
            ));
        }
        if self.limit.is_some_and(|limit| !(1..=MAX_ITEMS).contains(&limit)) {
            return Err(ServiceError::invalid("limit", "invalid_value", "use 1 to 50"));
        }
        Ok(())
    }
}

/// Lease work
///
/// Waits when there is none. An empty list after less than `wait` means that the server is stopping.
#[utoipa::path(
    get, path = "/api/v1/agents/{id}/work", tag = "agent work",
    params(("id" = AgentId, Path, description = "The agent itself"), WorkOptions),
    responses((status = 200, description = "Leased jobs", body = api::WorkList)),
)]
pub(super) async fn claim_work(
    who: Caller,
    id: PathId<AgentId>,
    options: Query<WorkOptions>,
    core: Data<HttpCore>,
    work: Data<dyn AgentWorkService>,
) -> Result<Json<api::WorkList>, ApiError> {
    let options = options.0;
    options.check()?;
    let wait = options.wait.map_or(Duration::ZERO, |wait| wait.0);
    let limit = options.limit.unwrap_or(STANDARD_ITEMS);
    // Leases that were taken when both happen at once must reach the agent.
    let items = tokio::select! {
        biased;
        items = work.claim(&who, &id.0, &options.instance, wait, limit) => items?,
        () = core.stopping.cancelled() => Vec::new(),
    };
    let jobs: Vec<_> = items.into_iter().map(convert::work_item).collect();
    let count = u64::try_from(jobs.len()).unwrap_or(u64::MAX);
    Ok(Json(api::WorkList { jobs, count }))
}
