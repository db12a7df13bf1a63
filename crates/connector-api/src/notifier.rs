//! Notification channels.

use crate::{ConfigError, ConfigSchema, ConnectorError, RawConfig};
use async_trait::async_trait;
use certctl_domain::Timestamp;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{AlertSeverity, Incident, NotificationChannel, NotificationType, Story};
use certctl_outbound::EgressPolicy;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One notification as a channel gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Id of the notification, for example as a `Message-ID` or delivery id.
    pub id: String,
    /// The same at every attempt, for channels that recognise repeats.
    pub dedup_key: String,
    /// What it is about.
    pub kind: NotificationType,
    /// Urgency.
    pub severity: AlertSeverity,
    /// Mail address; for channels without addresses the channel's name.
    pub recipient: String,
    /// What happened. Subject and facts are single lines; the text may have several, ended by LF.
    pub story: Story,
    /// Incident it opens or ends.
    pub incident: Option<Incident>,
    /// Kind of the object, for example `certificate`.
    pub resource_type: String,
    /// Id of the object.
    pub resource_id: String,
    /// Page of the object in the console, when the server knows its own address.
    pub link: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// A channel took a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What it answered, one line of at most 200 characters for the delivery history: an HTTP status, an SMTP reply, the
    /// provider's id of the message. No secrets.
    pub detail: String,
}

/// A channel.
#[async_trait]
pub trait Notifier: Send + Sync + fmt::Debug {
    /// Hands one message over. Ends within [`NotifierEnv::time_limit`]. A failure's class says whether trying again
    /// can help: `Permanent` for what the other side will never take (bad address, 4xx other than
    /// 408, 425 and 429), `Throttled` with the other side's `Retry-After`, else `Transient`.
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError>;
}

/// What notifiers may touch.
#[derive(Debug, Clone)]
pub struct NotifierEnv {
    /// Clock.
    pub clock: Arc<dyn certctl_domain::Clock>,
    /// Where they may connect to.
    pub egress: EgressPolicy,
    /// Longest delivery of one message, connecting included.
    pub time_limit: Duration,
    /// PEM certificates that are trusted beside those of the system, when the operator names some.
    pub extra_roots_pem: Option<Vec<u8>>,
}

/// Builds notifiers of one kind.
pub trait NotifierFactory: Send + Sync + fmt::Debug {
    /// Kind.
    fn kind(&self) -> NotificationChannel;

    /// Its configuration.
    fn config_schema(&self) -> ConfigSchema;

    /// Builds the notifier of channel `id`. The configuration has passed the schema. Does not connect.
    fn build(
        &self,
        id: &ChannelId,
        config: &RawConfig,
        env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>>;
}
