//! Probes of orchestrators and load balancers.

use actix_web::web::{Data, Json};
use certctl_api_types::system::{Health, Ready};
use certctl_http_core::ApiError;
use certctl_service_api::system::SystemService;

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
