//! Between the domain's notifications and their JSON bodies.

use certctl_api_types::notification as api;
use certctl_domain::notification::{Attempt, ChannelRef, Notification, delivery_backoff};
use certctl_service_api::ServiceError;
use certctl_service_api::notification::{NotificationHistory, NotificationQuery};

pub(super) fn notification(row: Notification) -> api::Notification {
    let (incident_key, incident_phase) = row.incident.map(|incident| (incident.key, incident.phase)).unzip();
    api::Notification {
        id: row.id,
        kind: row.kind,
        severity: row.severity,
        alert_id: row.alert_id,
        resource_type: row.resource_type,
        resource_id: row.resource_id,
        certificate_id: row.certificate_id,
        channel: row.channel,
        channel_id: row.channel_id,
        recipient: row.recipient,
        subject: row.story.subject,
        message: row.story.message,
        facts: row.story.facts,
        incident_key,
        incident_phase,
        threshold_days: row.threshold_days,
        status: row.status,
        delivery: row.delivery,
        sent_at: row.sent_at,
        error: row.last_error.clone(),
        last_error: row.last_error,
        retry_count: row.retry_count,
        max_retries: delivery_backoff().max_attempts,
        next_retry_at: row.next_retry_at,
        not_before: row.not_before,
        read_at: row.read_at,
        created_at: row.created_at,
        attempts: None,
    }
}

pub(super) fn history(history: NotificationHistory) -> api::Notification {
    let attempts = history.attempts.into_iter().map(attempt).collect();
    api::Notification { attempts: Some(attempts), ..notification(history.notification) }
}

fn attempt(attempt: Attempt) -> api::NotificationAttempt {
    api::NotificationAttempt {
        number: attempt.number,
        started_at: attempt.started_at,
        duration_ms: u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        result: attempt.result,
        detail: attempt.detail,
    }
}

pub(super) fn done(status: &str) -> api::NotificationAction {
    api::NotificationAction { status: status.to_owned() }
}

pub(super) fn requeue(request: api::RequeueRequest) -> NotificationQuery {
    NotificationQuery {
        status: request.status,
        delivery: request.delivery,
        kind: request.kind,
        severity: request.severity,
        channel: request.channel,
        channel_id: request.channel_id,
        certificate_id: request.certificate_id,
        read: None,
        created_after: request.created_after,
        created_before: request.created_before,
    }
}

/// The one channel or kind that a test names.
pub(super) fn tested(request: &api::NotificationTestRequest) -> Result<ChannelRef, ServiceError> {
    match (&request.channel_id, request.channel) {
        (Some(id), None) => Ok(ChannelRef::Channel(id.clone())),
        (None, Some(kind)) => Ok(ChannelRef::Kind(kind)),
        (None, None) => {
            Err(ServiceError::invalid("channel_id", "required", "name a channel, or a kind in `channel`"))
        }
        (Some(_), Some(_)) => {
            Err(ServiceError::invalid("channel", "invalid_value", "give either `channel_id` or `channel`"))
        }
    }
}
