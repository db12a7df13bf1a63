//! `GET /api/v1/notification-channels/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::channel as api;
use certctl_domain::id::ChannelId;
use certctl_http_core::{ApiError, Caller, PathId, Tagged};
use certctl_service_api::channel::ChannelService;

/// Get a notification channel
///
/// Secrets of its configuration read `{"set":true}`.
#[utoipa::path(
    get, path = "/api/v1/notification-channels/{id}", tag = "notification-channels",
    params(("id" = ChannelId, Path, description = "Channel")),
    responses((status = 200, description = "The channel", body = api::Channel)),
)]
pub(super) async fn get_notification_channel(
    who: Caller,
    id: PathId<ChannelId>,
    channels: Data<dyn ChannelService>,
) -> Result<Tagged<api::Channel>, ApiError> {
    Ok(convert::tagged(channels.get(&who, &id.0).await?)?)
}
