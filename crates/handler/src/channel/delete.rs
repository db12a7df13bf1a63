//! `DELETE /api/v1/notification-channels/{id}`.

use actix_web::web::Data;
use certctl_domain::id::ChannelId;
use certctl_http_core::{ApiError, Caller, NoContent, PathId};
use certctl_service_api::channel::ChannelService;

/// Remove a notification channel
#[utoipa::path(
    delete, path = "/api/v1/notification-channels/{id}", tag = "notification-channels",
    params(("id" = ChannelId, Path, description = "Channel")),
    responses(
        (status = 204, description = "Removed"),
        (status = 409, description = "The routing or a renewal policy names it, or the environment configures it"),
    ),
)]
pub(super) async fn delete_notification_channel(
    who: Caller,
    id: PathId<ChannelId>,
    channels: Data<dyn ChannelService>,
) -> Result<NoContent, ApiError> {
    channels.delete(&who, &id.0).await?;
    Ok(NoContent)
}
