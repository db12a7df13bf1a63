//! The channels of the story. They are played: whatever they are handed stays in the process.

use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, NotifierRegistry, RawConfig,
};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use std::sync::Arc;

/// Takes everything.
pub(crate) const MAIL: &str = "nc-demo-mail";
/// Takes everything.
pub(crate) const CHAT: &str = "nc-demo-chat";
/// Takes everything until somebody switches it off.
pub(crate) const PAGER: &str = "nc-demo-pager";
/// Is gone: what it is handed is dead at once.
pub(crate) const TICKETS: &str = "nc-demo-tickets";
/// Does not answer: what it is handed is tried again and again.
pub(crate) const PAYMENTS: &str = "nc-demo-payments";

/// The same connectors, except that the channels of the story are played. Those that somebody adds beside
/// them are real.
pub fn played(real: &NotifierRegistry) -> NotifierRegistry {
    let play = |real: &Arc<dyn NotifierFactory>| -> Arc<dyn NotifierFactory> {
        Arc::new(PlayedFactory { real: Arc::clone(real) })
    };
    NotifierRegistry::new(real.iter().map(play).collect())
}

#[derive(Debug)]
struct PlayedFactory {
    real: Arc<dyn NotifierFactory>,
}

impl NotifierFactory for PlayedFactory {
    fn kind(&self) -> NotificationChannel {
        self.real.kind()
    }

    fn config_schema(&self) -> ConfigSchema {
        self.real.config_schema()
    }

    fn build(
        &self,
        id: &ChannelId,
        config: &RawConfig,
        env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        // Also for a played one: its configuration is looked at like any other.
        let real = self.real.build(id, config, env)?;
        let part = match id.as_str() {
            MAIL | CHAT | PAGER => Part::Takes,
            TICKETS => Part::Gone,
            PAYMENTS => Part::Silent,
            _ => return Ok(real),
        };
        Ok(Arc::new(Played { id: id.clone(), part }))
    }
}

/// What a channel does with a message.
#[derive(Debug, Clone, Copy)]
enum Part {
    Takes,
    Gone,
    Silent,
}

#[derive(Debug)]
struct Played {
    id: ChannelId,
    part: Part,
}

#[async_trait]
impl Notifier for Played {
    async fn deliver(&self, _message: &Message) -> Result<Receipt, ConnectorError> {
        let id = &self.id;
        match self.part {
            Part::Takes => Ok(Receipt { detail: "demo: taken, and nothing was sent".to_owned() }),
            Part::Gone => Err(ConnectorError::permanent(
                ErrorKind::Upstream4xx,
                format!(
                    "Webhook channel {id} answered HTTP 404; the address does not exist or no longer; check it"
                ),
            )),
            Part::Silent => Err(ConnectorError::transient(
                ErrorKind::Timeout,
                format!("Teams channel {id} did not take the message in time"),
            )),
        }
    }
}
