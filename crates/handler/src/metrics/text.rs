//! `GET /api/v1/metrics/prometheus`.

use actix_web::HttpResponse;
use actix_web::web::Data;
use certctl_http_core::{ApiError, Caller};
use certctl_service_api::metrics::MetricsService;

/// Get metrics for Prometheus
#[utoipa::path(
    get, path = "/api/v1/metrics/prometheus", tag = "metrics",
    responses((status = 200, description = "Text format 0.0.4", body = String, content_type = "text/plain")),
)]
pub(super) async fn prometheus_metrics(
    who: Caller,
    metrics: Data<dyn MetricsService>,
) -> Result<HttpResponse, ApiError> {
    let text = metrics.prometheus(&who).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
