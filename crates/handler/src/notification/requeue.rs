//! `POST /api/v1/notifications/{id}/requeue`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::notification as api;
use certctl_domain::id::NotificationId;
use certctl_http_core::{ApiError, Caller, PathId};
use certctl_service_api::notification::NotificationService;

/// Have a notification delivered again
///
/// For one that is dead, failed, or reached nobody. Its attempts count from the beginning. When its
/// channel is gone, or there was none, it goes over another enabled channel of the same kind.
#[utoipa::path(
    post, path = "/api/v1/notifications/{id}/requeue", tag = "notifications",
    params(("id" = NotificationId, Path, description = "Notification")),
    responses(
        (status = 200, description = "`requeued`", body = api::NotificationAction),
        (status = 409, description = "It was delivered or cancelled, or is on its way"),
    ),
)]
pub(super) async fn requeue_notification(
    who: Caller,
    id: PathId<NotificationId>,
    notifications: Data<dyn NotificationService>,
) -> Result<Json<api::NotificationAction>, ApiError> {
    notifications.requeue(&who, &id.0).await?;
    Ok(Json(convert::done("requeued")))
}
