//! `GET /metrics` of the listener that serves nothing else.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use certctl_domain::access::Permission;
use certctl_http_core::{Access, ApiError, RouteTable, route};
use certctl_service_api::Actor;
use certctl_service_api::metrics::MetricsService;
use std::sync::Arc;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Scrape metrics
#[utoipa::path(
    get, path = "/metrics", tag = "system",
    responses((status = 200, description = "Text format 0.0.4", body = String, content_type = "text/plain")),
)]
async fn scrape_metrics(metrics: Data<dyn MetricsService>) -> Result<HttpResponse, ApiError> {
    // The gate has judged the caller, or the listener is open to its host.
    let text = metrics.prometheus(&Actor::system()).await?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

/// The one route of a listener for metrics. `open` leaves out the key: only for a listener that
/// nobody but the host itself can reach.
pub fn metrics_only(
    metrics: Arc<dyn MetricsService>,
    open: bool,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    let access = if open { Access::Public } else { Access::Holding(Permission::MetricsRead) };
    let mut table = RouteTable::default();
    route!(table, access, scrape_metrics);
    let table = Arc::new(table);
    move |config| {
        config.app_data(Data::from(Arc::clone(&metrics)));
        table.register(config);
    }
}
