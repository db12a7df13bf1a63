//! `PUT /api/v1/notification-channels/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::channel as api;
use certctl_domain::id::ChannelId;
use certctl_http_core::{ApiError, Body, Caller, IfMatch, PathId, Tagged};
use certctl_service_api::channel::ChannelService;

/// Replace a notification channel
///
/// A secret that reads `{"set":true}` keeps its stored value. The body's `id` is ignored. With
/// `If-Match`, nothing changes unless the channel is still the one the `ETag` came with.
#[utoipa::path(
    put, path = "/api/v1/notification-channels/{id}", tag = "notification-channels",
    params(
        ("id" = ChannelId, Path, description = "Channel"),
        ("If-Match" = Option<String>, Header, description = "ETag of the channel as it was read"),
    ),
    request_body = api::ChannelRequest,
    responses(
        (status = 200, description = "The changed channel", body = api::Channel),
        (status = 409, description = "It changed since it was read, the name is taken, or the environment configures it"),
        (status = 422, description = "The configuration is not valid for the kind"),
    ),
)]
pub(super) async fn replace_notification_channel(
    who: Caller,
    id: PathId<ChannelId>,
    revision: IfMatch,
    body: Body<api::ChannelRequest>,
    channels: Data<dyn ChannelService>,
) -> Result<Tagged<api::Channel>, ApiError> {
    let spec = convert::spec(body.0);
    let edit = Box::new(move |_: &_| Ok(spec.clone()));
    Ok(convert::tagged(channels.change(&who, &id.0, edit, revision.0).await?)?)
}
