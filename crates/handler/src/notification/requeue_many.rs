//! `POST /api/v1/notifications/requeue`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::notification as api;
use certctl_http_core::{ApiError, Body, Caller};
use certctl_service_api::notification::NotificationService;

/// Have many notifications delivered again
///
/// Names the status `dead` or `failed`, or the delivery `no_notifier`; all other fields narrow. Looks
/// at 10000 at most and then answers `more`.
#[utoipa::path(
    post, path = "/api/v1/notifications/requeue", tag = "notifications",
    request_body = api::RequeueRequest,
    responses((status = 200, description = "How many are on their way again", body = api::RequeueResult)),
)]
pub(super) async fn requeue_notifications(
    who: Caller,
    body: Body<api::RequeueRequest>,
    notifications: Data<dyn NotificationService>,
) -> Result<Json<api::RequeueResult>, ApiError> {
    let done = notifications.requeue_matching(&who, convert::requeue(body.0)).await?;
    Ok(Json(api::RequeueResult { requeued: done.count, more: done.more }))
}
