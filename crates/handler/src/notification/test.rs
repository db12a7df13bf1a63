//! `POST /api/v1/notifications/test`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::notification as api;
use certctl_http_core::{AcceptedAt, ApiError, Body, Caller};
use certctl_service_api::notification::NotificationService;

/// Try a channel
///
/// Makes a notification that is delivered like any other; look at it to see what became of it.
#[utoipa::path(
    post, path = "/api/v1/notifications/test", tag = "notifications",
    request_body = api::NotificationTestRequest,
    responses(
        (status = 202, description = "The notification", body = api::Notification),
        (status = 409, description = "The channel is switched off"),
        (status = 422, description = "There is no such channel"),
    ),
)]
pub(super) async fn test_notification_channel(
    who: Caller,
    body: Body<api::NotificationTestRequest>,
    notifications: Data<dyn NotificationService>,
) -> Result<AcceptedAt<api::Notification>, ApiError> {
    let channel = convert::tested(&body.0)?;
    let made = convert::notification(notifications.test(&who, channel, body.0.recipient).await?);
    let location = format!("/api/v1/notifications/{}", made.id);
    Ok(AcceptedAt { body: made, location })
}
