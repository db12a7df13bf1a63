//! Channels: where notifications go.

use super::NotificationChannel;
use crate::id::ChannelId;
use crate::issuer::ConnectorSource;
use crate::{JsonText, Timestamp, UnknownValue};
use std::fmt;
use std::str::FromStr;

/// A configured channel. Several of one kind may exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Identifier.
    pub id: ChannelId,
    /// Name, unique.
    pub name: String,
    /// Kind.
    pub kind: NotificationChannel,
    /// Configuration without secrets.
    pub public_config: JsonText,
    /// Whole configuration, sealed (see the `crypto` crate).
    pub sealed_config: Vec<u8>,
    /// Whether it takes notifications.
    pub enabled: bool,
    /// Who made it: the API, or the environment at start.
    pub source: ConnectorSource,
    /// How it fares.
    pub health: ChannelHealth,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change of what was configured; health is no such change.
    pub updated_at: Timestamp,
}

/// How a channel fares, written by delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelHealth {
    /// Failures since the last success.
    pub consecutive_failures: u32,
    /// When it last took something.
    pub last_success_at: Option<Timestamp>,
    /// When it last failed.
    pub last_failure_at: Option<Timestamp>,
    /// Why it last failed. No secrets.
    pub last_error: Option<String>,
    /// Since when it counts as failing; absent while it works.
    pub failing_since: Option<Timestamp>,
}

impl Channel {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }
}

/// A channel as routing and policies name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChannelRef {
    /// Every enabled channel of a kind, for example `Slack`.
    Kind(NotificationChannel),
    /// One channel, by its id.
    Channel(ChannelId),
}

/// A text that names neither a kind nor a channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}, or the id of a channel")]
pub struct UnknownChannel {
    /// What is wrong with it as a kind.
    pub kind: UnknownValue,
}

impl FromStr for ChannelRef {
    type Err = UnknownChannel;

    /// Kinds begin with a capital letter, ids never do, so no text is both.
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        let kind = match text.parse::<NotificationChannel>() {
            Ok(kind) => return Ok(Self::Kind(kind)),
            Err(error) => error,
        };
        ChannelId::parse(text).map(Self::Channel).map_err(|_no_id| UnknownChannel { kind })
    }
}

impl fmt::Display for ChannelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::Channel(id) => id.fmt(f),
        }
    }
}

impl From<NotificationChannel> for ChannelRef {
    fn from(kind: NotificationChannel) -> Self {
        Self::Kind(kind)
    }
}

impl serde::Serialize for ChannelRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ChannelRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ChannelRef {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "A kind (Email, Webhook, Slack, Teams, PagerDuty, OpsGenie) or the id of a channel.",
            ))
            .pattern(Some("^(Email|Webhook|Slack|Teams|PagerDuty|OpsGenie|[a-z][a-z0-9-]{1,63})$"))
            .examples(["Email"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ChannelRef {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_named_by_kind_or_id_and_by_nothing_else() {
        assert_eq!("Slack".parse(), Ok(ChannelRef::Kind(NotificationChannel::Slack)));
        let named = "nc-ops".parse::<ChannelRef>().unwrap();
        assert_eq!(named.to_string(), "nc-ops");
        let told = "Pager".parse::<ChannelRef>().unwrap_err().to_string();
        assert!(told.contains("PagerDuty") && told.contains("id of a channel"), "{told}");
    }
}
