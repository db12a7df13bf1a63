//! Probes of orchestrators and load balancers.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use certctl_api_types::system as api;
use certctl_api_types::system::{Health, Ready};
use certctl_http_core::{ApiError, OwnBody};
use certctl_service_api::system::{LoopHealth, SchedulerHealth, SystemService};

/// Tell whether the process runs
///
/// Answers without touching the database.
#[utoipa::path(
    get, path = "/health", tag = "system",
    responses((status = 200, description = "It runs", body = Health)),
)]
pub(super) async fn health() -> Json<Health> {
    Json(Health { status: "healthy".to_owned() })
}

/// Tell whether the server can do its work
#[utoipa::path(
    get, path = "/ready", tag = "system",
    responses(
        (status = 200, description = "It can", body = Ready),
        (status = 503, description = "It is starting, stopping, or has no database"),
    ),
)]
pub(super) async fn ready(system: Data<dyn SystemService>) -> Result<Json<Ready>, ApiError> {
    system.ready().await?;
    Ok(Json(Ready { status: "ready".to_owned(), db: "reachable".to_owned() }))
}

/// Tell whether the periodic tasks get through
///
/// Tells of all servers on the same database. For monitoring, not for load balancers: a task that is
/// late is no reason to send requests elsewhere.
#[utoipa::path(
    get, path = "/health/scheduler", tag = "system",
    responses(
        (status = 200, description = "Every task got through in time", body = api::SchedulerHealth),
        (status = 503, description = "A task is late, or there is no database", body = api::SchedulerHealth),
    ),
)]
pub(super) async fn health_of_scheduler(system: Data<dyn SystemService>) -> Result<HttpResponse, ApiError> {
    let health = system.scheduler().await?;
    let (status, mut answer) = if health.is_healthy() {
        ("healthy", HttpResponse::Ok())
    } else {
        ("unhealthy", HttpResponse::ServiceUnavailable())
    };
    let SchedulerHealth { checked_at, loops } = health;
    let loops = loops.iter().map(shown).collect();
    let mut answer = answer.json(api::SchedulerHealth { status: status.to_owned(), checked_at, loops });
    answer.extensions_mut().insert(OwnBody);
    Ok(answer)
}

/// Without the error, which may tell strangers about the inside.
fn shown(one: &LoopHealth) -> api::LoopHealth {
    api::LoopHealth {
        name: one.name.to_owned(),
        status: if one.on_time { "on_time" } else { "late" }.to_owned(),
        period_seconds: one.period.as_secs(),
        expected_by: one.expected_by,
        last_started_at: one.last_started_at,
        last_success_at: one.last_success_at,
        last_failure_at: one.last_failure_at,
        consecutive_failures: one.consecutive_failures,
        oldest_work_at: one.oldest_work_at,
    }
}
