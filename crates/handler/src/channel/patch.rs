//! `PATCH /api/v1/notification-channels/{id}`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types as types;
use certctl_api_types::channel as api;
use certctl_domain::id::ChannelId;
use certctl_http_core::{ApiError, Caller, IfMatch, MergePatch, PathId, Tagged};
use certctl_service_api::channel::ChannelService;

/// Change a notification channel
///
/// A JSON merge patch (RFC 7396): fields that are left out stay, `null` gives a field its default.
/// Secrets of `config` stay unless the patch names them. With `If-Match`, nothing changes unless the
/// channel is still the one the `ETag` came with.
#[utoipa::path(
    patch, path = "/api/v1/notification-channels/{id}", tag = "notification-channels",
    params(
        ("id" = ChannelId, Path, description = "Channel"),
        ("If-Match" = Option<String>, Header, description = "ETag of the channel as it was read"),
    ),
    request_body(content = types::MergePatch, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The changed channel", body = api::Channel),
        (status = 409, description = "It changed since it was read, the name is taken, or the environment configures it"),
        (status = 422, description = "The configuration is not valid for the kind"),
    ),
)]
pub(super) async fn patch_notification_channel(
    who: Caller,
    id: PathId<ChannelId>,
    revision: IfMatch,
    patch: MergePatch,
    channels: Data<dyn ChannelService>,
) -> Result<Tagged<api::Channel>, ApiError> {
    let edit = Box::new(move |row: &_| patch.apply(&convert::request(row)?).map(convert::spec));
    Ok(convert::tagged(channels.change(&who, &id.0, edit, revision.0).await?)?)
}
