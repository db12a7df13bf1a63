//! `GET /api/v1/notifications/{id}`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::notification as api;
use certctl_domain::id::NotificationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::notification::NotificationService;

/// Get a notification with its attempts
#[utoipa::path(
    get, path = "/api/v1/notifications/{id}", tag = "notifications",
    params(("id" = NotificationId, Path, description = "Notification")),
    responses((status = 200, description = "The notification", body = api::Notification)),
)]
pub(super) async fn get_notification(
    who: Caller,
    id: PathId<NotificationId>,
    notifications: Data<dyn NotificationService>,
) -> Result<Json<api::Notification>, ApiError> {
    Ok(Json(convert::history(notifications.get(&who, &id.0).await?)))
}
