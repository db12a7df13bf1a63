//! `GET /api/v1/notification-channels`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, channel as api};
use certctl_domain::notification::NotificationChannel;
use certctl_http_core::{ApiError, Caller, List, Paging, page};
use certctl_service_api::channel::ChannelService;
use serde::Deserialize;
use utoipa::IntoParams;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ChannelFilter {
    /// Only channels of this kind.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<NotificationChannel>,
}

/// List notification channels
#[utoipa::path(
    get, path = "/api/v1/notification-channels", tag = "notification-channels",
    params(Paging, ChannelFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Channel>)),
)]
pub(super) async fn list_notification_channels(
    who: Caller,
    input: List<ChannelFilter>,
    channels: Data<dyn ChannelService>,
) -> Result<Json<Page<api::Channel>>, ApiError> {
    Ok(Json(page(channels.list(&who, input.filter.kind, input.page).await?, convert::channel)?))
}
