//! `GET /api/v1/metrics`.

use actix_web::web::{Data, Json};
use certctl_api_types::metrics as api;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::metrics::{Figures, MetricsService};

fn metrics(figures: Figures) -> api::Metrics {
    let Figures { summary, started_at, uptime } = figures;
    api::Metrics {
        gauge: api::MetricsGauge {
            certificate_total: summary.certificates.total,
            certificate_active: summary.certificates.active(),
            certificate_expiring_soon: summary.certificates.expiring,
            certificate_expired: summary.certificates.expired,
            certificate_revoked: summary.certificates.revoked,
            agent_total: summary.total_agents(),
            agent_online: summary.active_agents,
            job_pending: summary.pending_jobs,
        },
        counter: api::MetricsCounter {
            job_completed_total: summary.complete_jobs,
            job_failed_total: summary.failed_jobs,
            notifications_dead_total: summary.notifications_dead,
        },
        uptime: api::MetricsUptime {
            uptime_seconds: uptime.as_secs(),
            server_started: started_at,
            measured_at: summary.at,
        },
    }
}

/// Get the main figures as JSON
#[utoipa::path(
    get, path = "/api/v1/metrics", tag = "metrics",
    responses((status = 200, description = "The figures of now", body = api::Metrics)),
)]
pub(super) async fn get_metrics(
    who: Caller,
    service: Data<dyn MetricsService>,
) -> Result<Json<api::Metrics>, ApiError> {
    Ok(Json(metrics(service.figures(&who).await?)))
}
