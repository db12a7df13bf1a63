//! `POST /api/v1/notification-channels`.

use super::convert;
use actix_web::web::Data;
use certctl_api_types::channel as api;
use certctl_http_core::{ApiError, Body, Caller, Created};
use certctl_service_api::channel::ChannelService;

/// Add a notification channel
#[utoipa::path(
    post, path = "/api/v1/notification-channels", tag = "notification-channels",
    request_body = api::ChannelRequest,
    responses(
        (status = 201, description = "The new channel", body = api::Channel),
        (status = 409, description = "The name or id is taken"),
        (status = 422, description = "The configuration is not valid for the kind"),
    ),
)]
pub(super) async fn create_notification_channel(
    who: Caller,
    body: Body<api::ChannelRequest>,
    channels: Data<dyn ChannelService>,
) -> Result<Created<api::Channel>, ApiError> {
    let id = body.0.id.clone();
    let created = convert::tagged(channels.create(&who, id, convert::spec(body.0)).await?)?;
    let location = format!("/api/v1/notification-channels/{}", created.body.id);
    Ok(Created { body: created.body, location, revision: Some(created.revision) })
}
