//! `PUT /api/v1/notifications/routing`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::routing as api;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, Tagged};
use certctl_service_api::routing::RoutingService;

/// Replace the routing of notifications
///
/// What is left out is as every installation begins with it. Alerts that are routed already stay as
/// they are. With `If-Match`, nothing changes unless the routing is still the one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/notifications/routing", tag = "notifications",
    params(("If-Match" = Option<String>, Header, description = "ETag of the routing as it was read")),
    request_body = api::RoutingRequest,
    responses(
        (status = 200, description = "The changed routing", body = api::Routing),
        (status = 409, description = "It changed since it was read"),
        (status = 422, description = "A channel, team or owner does not exist"),
    ),
)]
pub(super) async fn replace_notification_routing(
    who: Caller,
    revision: IfMatch,
    body: Body<api::RoutingRequest>,
    routing: Data<dyn RoutingService>,
) -> Result<Tagged<api::Routing>, ApiError> {
    let wanted = convert::routing(body.0);
    let edit = Box::new(move |_: &_| Ok(wanted.clone()));
    Ok(convert::tagged(routing.change(&who, edit, revision.0).await?))
}
