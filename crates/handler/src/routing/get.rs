//! `GET /api/v1/notifications/routing`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::routing as api;
use certctl_http_core::{ApiError, Caller, Tagged};
use certctl_service_api::routing::RoutingService;

/// Get the routing of notifications
#[utoipa::path(
    get, path = "/api/v1/notifications/routing", tag = "notifications",
    responses((status = 200, description = "The routing", body = api::Routing)),
)]
pub(super) async fn get_notification_routing(
    who: Caller,
    routing: Data<dyn RoutingService>,
) -> Result<Tagged<api::Routing>, ApiError> {
    Ok(convert::tagged(routing.get(&who).await?))
}
