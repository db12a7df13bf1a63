//! Rows of `notification_events`, `notification_attempts` and `alerts`.

use super::{IntoDomain, Origin, db_time, json_text, text, time};
use crate::schema::{alerts, notification_attempts, notification_events};
use crate::types::DbTime;
use certctl_domain::job::Lease;
use certctl_domain::notification::{Alert, Attempt, Incident, Notification, Story};
use certctl_repository::StoreError;
use diesel::prelude::*;
use std::time::Duration;

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = alerts)]
pub(crate) struct AlertRow {
    id: String,
    kind: String,
    severity: String,
    resource_type: String,
    resource_id: String,
    certificate_id: Option<String>,
    incident_key: Option<String>,
    incident_phase: Option<String>,
    subject: String,
    message: String,
    facts: String,
    occurred_at: DbTime,
}

impl TryFrom<&Alert> for AlertRow {
    type Error = StoreError;

    fn try_from(alert: &Alert) -> Result<Self, StoreError> {
        let incident = alert.incident.as_ref();
        Ok(Self {
            id: alert.id.to_string(),
            kind: alert.kind.to_string(),
            severity: alert.severity.to_string(),
            resource_type: alert.resource_type.clone(),
            resource_id: alert.resource_id.clone(),
            certificate_id: text(alert.certificate_id.as_ref()),
            incident_key: incident.map(|incident| incident.key.clone()),
            incident_phase: incident.map(|incident| incident.phase.to_string()),
            subject: alert.story.subject.clone(),
            message: alert.story.message.clone(),
            facts: json_text(&alert.story.facts)?,
            occurred_at: alert.occurred_at.into(),
        })
    }
}

impl IntoDomain for AlertRow {
    type Domain = Alert;

    fn into_domain(self) -> Result<Alert, StoreError> {
        let at = Origin { table: "alerts", id: &self.id };
        Ok(Alert {
            id: at.parse("id", &self.id)?,
            kind: at.parse("type", &self.kind)?,
            severity: at.parse("severity", &self.severity)?,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            certificate_id: at.parse_set("certificate_id", self.certificate_id.as_deref())?,
            incident: incident(at, self.incident_key, self.incident_phase.as_deref())?,
            story: Story {
                subject: self.subject,
                message: self.message,
                html: None,
                facts: at.json("facts", &self.facts)?,
            },
            occurred_at: self.occurred_at.into(),
        })
    }
}

fn incident(
    at: Origin<'_>,
    key: Option<String>,
    phase: Option<&str>,
) -> Result<Option<Incident>, StoreError> {
    let phase = at.parse_set("incident_phase", phase)?;
    Ok(key.zip(phase).map(|(key, phase)| Incident { key, phase }))
}

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = notification_events, treat_none_as_null = true)]
pub(crate) struct NotificationRow {
    id: String,
    alert_id: Option<String>,
    kind: String,
    severity: String,
    resource_type: String,
    resource_id: String,
    certificate_id: Option<String>,
    channel: String,
    channel_id: Option<String>,
    recipient: String,
    subject: String,
    message: String,
    html: Option<String>,
    facts: String,
    incident_key: Option<String>,
    incident_phase: Option<String>,
    threshold_days: Option<i64>,
    dedup_key: String,
    status: String,
    delivery: Option<String>,
    retry_count: i32,
    next_retry_at: Option<DbTime>,
    not_before: DbTime,
    last_error: Option<String>,
    created_at: DbTime,
    sent_at: Option<DbTime>,
    read_at: Option<DbTime>,
    claims: i64,
    lease_owner: Option<String>,
    lease_until: Option<DbTime>,
    due_at: Option<DbTime>,
}

impl TryFrom<&Notification> for NotificationRow {
    type Error = StoreError;

    fn try_from(notification: &Notification) -> Result<Self, StoreError> {
        let (incident, lease) = (notification.incident.as_ref(), notification.lease.as_ref());
        let free = notification.next_retry_at.unwrap_or(notification.not_before);
        let due = lease.map_or(free, |lease| lease.until);
        Ok(Self {
            id: notification.id.to_string(),
            alert_id: text(notification.alert_id.as_ref()),
            kind: notification.kind.to_string(),
            severity: notification.severity.to_string(),
            resource_type: notification.resource_type.clone(),
            resource_id: notification.resource_id.clone(),
            certificate_id: text(notification.certificate_id.as_ref()),
            channel: notification.channel.to_string(),
            channel_id: text(notification.channel_id.as_ref()),
            recipient: notification.recipient.clone(),
            subject: notification.story.subject.clone(),
            message: notification.story.message.clone(),
            html: notification.story.html.clone(),
            facts: json_text(&notification.story.facts)?,
            incident_key: incident.map(|incident| incident.key.clone()),
            incident_phase: incident.map(|incident| incident.phase.to_string()),
            threshold_days: notification.threshold_days.map(i64::from),
            dedup_key: notification.dedup_key.clone(),
            status: notification.status.to_string(),
            delivery: text(notification.delivery.as_ref()),
            retry_count: i32::try_from(notification.retry_count).unwrap_or(i32::MAX),
            next_retry_at: db_time(notification.next_retry_at),
            not_before: notification.not_before.into(),
            last_error: notification.last_error.clone(),
            created_at: notification.created_at.into(),
            sent_at: db_time(notification.sent_at),
            read_at: db_time(notification.read_at),
            claims: notification.claims,
            lease_owner: lease.map(|lease| lease.owner.clone()),
            lease_until: db_time(lease.map(|lease| lease.until)),
            due_at: notification.status.is_live().then(|| due.into()),
        })
    }
}

/// What an attempt changes. The mark of a reader, who may come meanwhile, is no part of it.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = notification_events, treat_none_as_null = true)]
pub(crate) struct OutcomeRow {
    status: String,
    delivery: Option<String>,
    channel_id: Option<String>,
    retry_count: i32,
    next_retry_at: Option<DbTime>,
    last_error: Option<String>,
    sent_at: Option<DbTime>,
    lease_owner: Option<String>,
    lease_until: Option<DbTime>,
    due_at: Option<DbTime>,
}

impl From<&Notification> for OutcomeRow {
    fn from(after: &Notification) -> Self {
        let due = after.next_retry_at.unwrap_or(after.not_before);
        Self {
            status: after.status.to_string(),
            delivery: text(after.delivery.as_ref()),
            channel_id: text(after.channel_id.as_ref()),
            retry_count: i32::try_from(after.retry_count).unwrap_or(i32::MAX),
            next_retry_at: db_time(after.next_retry_at),
            last_error: after.last_error.clone(),
            sent_at: db_time(after.sent_at),
            lease_owner: None,
            lease_until: None,
            due_at: after.status.is_live().then(|| due.into()),
        }
    }
}

impl IntoDomain for NotificationRow {
    type Domain = Notification;

    fn into_domain(self) -> Result<Notification, StoreError> {
        let at = Origin { table: "notification_events", id: &self.id };
        let threshold = self.threshold_days.map(|days| at.count("threshold_days", days)).transpose()?;
        let claims = self.claims;
        let lease = self.lease_owner.zip(time(self.lease_until));
        Ok(Notification {
            id: at.parse("id", &self.id)?,
            alert_id: at.parse_set("alert_id", self.alert_id.as_deref())?,
            kind: at.parse("type", &self.kind)?,
            severity: at.parse("severity", &self.severity)?,
            resource_type: self.resource_type,
            resource_id: self.resource_id,
            certificate_id: at.parse_set("certificate_id", self.certificate_id.as_deref())?,
            channel: at.parse("channel", &self.channel)?,
            channel_id: at.parse_set("channel_id", self.channel_id.as_deref())?,
            recipient: self.recipient,
            story: Story {
                subject: self.subject,
                message: self.message,
                html: self.html,
                facts: at.json("facts", &self.facts)?,
            },
            incident: incident(at, self.incident_key, self.incident_phase.as_deref())?,
            threshold_days: threshold,
            dedup_key: self.dedup_key,
            status: at.parse("status", &self.status)?,
            delivery: at.parse_set("delivery", self.delivery.as_deref())?,
            retry_count: at.count("retry_count", self.retry_count.into())?,
            next_retry_at: time(self.next_retry_at),
            not_before: self.not_before.into(),
            last_error: self.last_error,
            created_at: self.created_at.into(),
            sent_at: time(self.sent_at),
            read_at: time(self.read_at),
            lease: lease.map(|(owner, until)| Lease { owner, until }),
            claims,
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = notification_attempts)]
pub(crate) struct AttemptRow {
    notification_id: String,
    number: i64,
    started_at: DbTime,
    duration_ms: i64,
    result: String,
    detail: String,
}

impl AttemptRow {
    pub(crate) fn of(notification: &Notification, attempt: &Attempt) -> Self {
        Self {
            notification_id: notification.id.to_string(),
            number: attempt.number,
            started_at: attempt.started_at.into(),
            duration_ms: i64::try_from(attempt.duration.as_millis()).unwrap_or(i64::MAX),
            result: attempt.result.to_string(),
            detail: attempt.detail.clone(),
        }
    }
}

impl IntoDomain for AttemptRow {
    type Domain = Attempt;

    fn into_domain(self) -> Result<Attempt, StoreError> {
        let at = Origin { table: "notification_attempts", id: &self.notification_id };
        Ok(Attempt {
            number: self.number,
            started_at: self.started_at.into(),
            duration: Duration::from_millis(self.duration_ms.unsigned_abs()),
            result: at.parse("result", &self.result)?,
            detail: self.detail,
        })
    }
}
