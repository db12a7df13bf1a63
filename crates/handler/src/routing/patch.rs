//! `PATCH /api/v1/notifications/routing`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::routing as api;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, Tagged};
use certctl_service_api::routing::RoutingService;

/// Change the routing of notifications
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field what every
/// installation begins with. Lists, `cells` among them, are replaced as a whole. With `If-Match`,
/// nothing changes unless the routing is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/notifications/routing", tag = "notifications",
    params(("If-Match" = Option<String>, Header, description = "ETag of the routing as it was read")),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed routing", body = api::Routing),
        (status = 409, description = "It changed since it was read"),
        (status = 422, description = "A channel, team or owner does not exist"),
    ),
)]
pub(super) async fn patch_notification_routing(
    who: Caller,
    revision: IfMatch,
    patch: MergePatch,
    routing: Data<dyn RoutingService>,
) -> Result<Tagged<api::Routing>, ApiError> {
    let edit = Box::new(move |stored: &_| patch.apply(&convert::request(stored)).map(convert::routing));
    Ok(convert::tagged(routing.change(&who, edit, revision.0).await?))
}
