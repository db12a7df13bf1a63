//! `POST /api/v1/notifications/{id}/read`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::notification as api;
use certctl_domain::id::NotificationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::notification::NotificationService;

/// Mark a notification as read
///
/// Its delivery goes on all the same. Doing it again changes nothing.
#[utoipa::path(
    post, path = "/api/v1/notifications/{id}/read", tag = "notifications",
    params(("id" = NotificationId, Path, description = "Notification")),
    responses((status = 200, description = "`marked_as_read`", body = api::NotificationAction)),
)]
pub(super) async fn mark_notification_read(
    who: Caller,
    id: PathId<NotificationId>,
    notifications: Data<dyn NotificationService>,
) -> Result<Json<api::NotificationAction>, ApiError> {
    notifications.mark_read(&who, &id.0).await?;
    Ok(Json(convert::done("marked_as_read")))
}
