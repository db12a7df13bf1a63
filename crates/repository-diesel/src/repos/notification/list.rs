//! Which notifications a list shows.

use crate::conn::MultiBackend;
use crate::schema::notification_events;
use crate::types::DbTime;
use certctl_repository::NotificationFilter;
use diesel::prelude::*;

pub(super) fn filtered(
    filter: &NotificationFilter,
) -> notification_events::BoxedQuery<'static, MultiBackend> {
    use notification_events as n;
    let mut query = n::table.into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(n::status.eq(status.as_str()));
    }
    if let Some(delivery) = filter.delivery {
        query = query.filter(n::delivery.eq(delivery.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(n::kind.eq(kind.as_str()));
    }
    if let Some(severity) = filter.severity {
        query = query.filter(n::severity.eq(severity.as_str()));
    }
    if let Some(channel) = filter.channel {
        query = query.filter(n::channel.eq(channel.as_str()));
    }
    if let Some(channel) = &filter.channel_id {
        query = query.filter(n::channel_id.eq(channel.to_string()));
    }
    if let Some(certificate) = &filter.certificate_id {
        query = query.filter(n::certificate_id.eq(certificate.to_string()));
    }
    if let Some(after) = filter.created_after {
        query = query.filter(n::created_at.gt(DbTime::from(after)));
    }
    if let Some(before) = filter.created_before {
        query = query.filter(n::created_at.lt(DbTime::from(before)));
    }
    match filter.read {
        Some(true) => query.filter(n::read_at.is_not_null()),
        Some(false) => query.filter(n::read_at.is_null()),
        None => query,
    }
}
