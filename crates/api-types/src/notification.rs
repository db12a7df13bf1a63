//! Notifications.

use certctl_domain::Timestamp;
use certctl_domain::id::{AlertId, CertificateId, ChannelId, NotificationId};
use certctl_domain::notification::{
    AlertSeverity, AttemptResult, Delivery, Fact, IncidentPhase, NotificationChannel, NotificationStatus,
    NotificationType,
};
use serde::{Deserialize, Serialize};

/// An alert on its way to one recipient over one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notification {
    /// Identifier.
    pub id: NotificationId,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Alert it tells; absent for expiry alerts, digests and tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert_id: Option<AlertId>,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Certificate concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Kind of the channel.
    pub channel: NotificationChannel,
    /// The channel; absent when there was none of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Mail address, or the name of the channel.
    pub recipient: String,
    /// What happened, in one line.
    pub subject: String,
    /// What happened, to which object, and what to do next. Plain text.
    pub message: String,
    /// Labelled values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<NotificationFact>))]
    pub facts: Vec<Fact>,
    /// Trouble that it announces or ends, the same for everything about that trouble.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_key: Option<String>,
    /// Whether it announces the trouble or its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident_phase: Option<IncidentPhase>,
    /// Days before the end of an expiry alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_days: Option<u32>,
    /// Where its delivery stands.
    pub status: NotificationStatus,
    /// How a `sent` one was delivered: `no_notifier` reached nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// When the channel took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// The same as `last_error`, under its older name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why the last attempt failed, or why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Failed attempts since it was made or requeued; the fifth is the last.
    pub retry_count: u32,
    /// After how many failures it is given up.
    #[serde(default)]
    pub max_retries: u32,
    /// When a `failed` one is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_retry_at: Option<Timestamp>,
    /// No attempt before this time, because of quiet hours.
    pub not_before: Timestamp,
    /// When somebody marked it as read. Its delivery goes on all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Attempts at its delivery, oldest first; only where one notification is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Vec<NotificationAttempt>>,
}

/// A labelled value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationFact {
    /// Label.
    pub label: String,
    /// Value, one line.
    pub value: String,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationAttempt {
    /// Counts from 1, requeues included.
    pub number: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// How it ended.
    pub result: AttemptResult,
    /// What the channel said, or why it failed.
    pub detail: String,
}

/// Answer of an action on one notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationAction {
    /// `marked_as_read` or `requeued`.
    pub status: String,
}

/// Body of `POST /notifications/requeue`. Names the status or the delivery; all other fields narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RequeueRequest {
    /// `dead` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<NotificationStatus>,
    /// `no_notifier`, instead of a status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// What they are about.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<NotificationType>,
    /// Urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// Kind of channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<NotificationChannel>,
    /// Channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<CertificateId>,
    /// Created after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_after: Option<Timestamp>,
    /// Created before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_before: Option<Timestamp>,
}

/// Answer of `POST /notifications/requeue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequeueResult {
    /// How many are on their way again.
    pub requeued: u64,
    /// Whether it stopped before everything that matches was looked at; ask again for the rest.
    pub more: bool,
}

/// Body of `POST /notifications/test`. Names either a channel or a kind of channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationTestRequest {
    /// Channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// Kind: the enabled channel of it that was there first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<NotificationChannel>,
    /// Mail address; mail needs one, other channels have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}
