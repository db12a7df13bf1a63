//! `GET /api/v1/notifications`.

use super::convert;
use actix_web::web::{Data, Json};
use certctl_api_types::{Page, notification as api};
use certctl_domain::UnknownValue;
use certctl_domain::id::{CertificateId, ChannelId};
use certctl_domain::notification::{
    AlertSeverity, Delivery, NotificationChannel, NotificationStatus, NotificationType,
};
use certctl_http_core::{ApiError, Caller, DateOrTime, List, Paging, page};
use certctl_service_api::ServiceError;
use certctl_service_api::notification::{NotificationQuery, NotificationService};
use serde::Deserialize;
use utoipa::IntoParams;

/// A status of the list: those of deliveries, and `read`, which older clients ask for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
enum ListStatus {
    Of(NotificationStatus),
    Read,
}

impl TryFrom<String> for ListStatus {
    type Error = UnknownValue;

    fn try_from(text: String) -> Result<Self, UnknownValue> {
        if text == "read" { Ok(Self::Read) } else { text.parse().map(Self::Of) }
    }
}

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct NotificationFilter {
    /// Status: `pending`, `sent`, `failed`, `dead` or `cancelled`. `read` is the same as `read=true`.
    #[param(value_type = Option<String>)]
    status: Option<ListStatus>,
    /// How it was delivered; `no_notifier` reached nobody.
    #[param(inline)]
    delivery: Option<Delivery>,
    /// What it is about.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<NotificationType>,
    /// Urgency.
    #[param(inline)]
    severity: Option<AlertSeverity>,
    /// Kind of channel.
    #[param(inline)]
    channel: Option<NotificationChannel>,
    /// Channel.
    #[param(inline)]
    channel_id: Option<ChannelId>,
    /// Certificate.
    #[param(inline)]
    certificate_id: Option<CertificateId>,
    /// Marked as read, or not.
    read: Option<bool>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    created_after: Option<DateOrTime>,
    /// Exclusive; a date or an RFC 3339 time.
    #[param(value_type = Option<String>)]
    created_before: Option<DateOrTime>,
}

impl TryFrom<NotificationFilter> for NotificationQuery {
    type Error = ServiceError;

    fn try_from(filter: NotificationFilter) -> Result<Self, ServiceError> {
        let (status, read) = match (filter.status, filter.read) {
            (Some(ListStatus::Read), Some(false)) => {
                return Err(ServiceError::invalid("read", "invalid_value", "contradicts `status=read`"));
            }
            (Some(ListStatus::Read), _) => (None, Some(true)),
            (Some(ListStatus::Of(status)), read) => (Some(status), read),
            (None, read) => (None, read),
        };
        Ok(Self {
            status,
            delivery: filter.delivery,
            kind: filter.kind,
            severity: filter.severity,
            channel: filter.channel,
            channel_id: filter.channel_id,
            certificate_id: filter.certificate_id,
            read,
            created_after: filter.created_after.map(|bound| bound.0),
            created_before: filter.created_before.map(|bound| bound.0),
        })
    }
}

/// List notifications
#[utoipa::path(
    get, path = "/api/v1/notifications", tag = "notifications",
    params(Paging, NotificationFilter),
    responses((status = 200, description = "One page, newest first", body = Page<api::Notification>)),
)]
pub(super) async fn list_notifications(
    who: Caller,
    input: List<NotificationFilter>,
    notifications: Data<dyn NotificationService>,
) -> Result<Json<Page<api::Notification>>, ApiError> {
    let found = notifications.list(&who, input.filter.try_into()?, input.page).await?;
    page(found, |row| Ok(convert::notification(row))).map(Json)
}
