//! Figures of now.

use actix_web::web::{Data, Json};
use certctl_api_types::statistics as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::statistics::{StatisticsService, Summary};

fn summary(figures: &Summary) -> api::DashboardSummary {
    api::DashboardSummary {
        total_certificates: figures.certificates.total,
        expiring_certificates: figures.certificates.expiring,
        expired_certificates: figures.certificates.expired,
        revoked_certificates: figures.certificates.revoked,
        active_agents: figures.active_agents,
        offline_agents: figures.offline_agents,
        total_agents: figures.total_agents(),
        pending_jobs: figures.pending_jobs,
        failed_jobs: figures.failed_jobs,
        complete_jobs: figures.complete_jobs,
        notifications_dead: figures.notifications_dead,
        notifications_pending: figures.notifications_pending,
        notifications_no_notifier: figures.notifications_no_notifier,
        completed_at: figures.at,
    }
}

/// Get the figures of the dashboard
///
/// Costs the same at any number of certificates.
#[utoipa::path(
    get, path = "/api/v1/stats/summary", tag = "statistics",
    responses((status = 200, description = "The figures of now", body = api::DashboardSummary)),
)]
pub(super) async fn get_summary(
    who: Caller,
    statistics: Data<dyn StatisticsService>,
) -> Result<Json<api::DashboardSummary>, ApiError> {
    Ok(Json(summary(&statistics.summary(&who).await?)))
}

/// Count certificates by status
///
/// A row for every status, in a fixed order. An active certificate counts as `Expiring` from the
/// time its renewal policy says, as in the list of certificates. Archived ones are not counted.
#[utoipa::path(
    get, path = "/api/v1/stats/certificates-by-status", tag = "statistics",
    responses((status = 200, description = "All statuses", body = Vec<api::StatusCount>)),
)]
pub(super) async fn get_certificates_by_status(
    who: Caller,
    statistics: Data<dyn StatisticsService>,
) -> Result<Json<Vec<api::StatusCount>>, ApiError> {
    let counts = statistics.certificates_by_status(&who).await?;
    Ok(Json(counts.into_iter().map(|(status, count)| api::StatusCount { status, count }).collect()))
}
