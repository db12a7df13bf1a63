//! Notification channels.

use crate::issuer::yes;
use certctl_domain::Timestamp;
use certctl_domain::id::ChannelId;
use certctl_domain::issuer::ConnectorSource;
use certctl_domain::notification::NotificationChannel;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A notification channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Channel {
    /// Identifier.
    pub id: ChannelId,
    /// Name, unique.
    pub name: String,
    /// Kind.
    #[serde(rename = "type")]
    pub kind: NotificationChannel,
    /// Configuration; each secret reads `{"set":true}`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether it takes notifications.
    pub enabled: bool,
    /// Origin: of one from the environment only `enabled` can be changed.
    pub source: ConnectorSource,
    /// How it fares.
    pub health: ChannelHealth,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change; health is none.
    pub updated_at: Timestamp,
}

/// How a channel fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// When it last took something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_success_at: Option<Timestamp>,
    /// When it last failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_failure_at: Option<Timestamp>,
    /// Why it last failed, or why it was switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Since when it counts as failing; absent while it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
}

/// Body of `POST /notification-channels` and `PUT /notification-channels/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChannelRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ChannelId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Kind; it cannot change.
    #[serde(rename = "type")]
    pub kind: NotificationChannel,
    /// Configuration of the kind; send `{"set":true}` to keep a stored secret.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: Map<String, Value>,
    /// Whether it takes notifications; `true` when left out.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub enabled: bool,
}
