//! A test double of the notifier trait: it behaves as a test says and remembers what it was handed.

use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, NotifierRegistry, RawConfig,
};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use certctl_domain::retry::FailureClass;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::watch;

/// What a channel does with a message.
#[derive(Debug, Clone)]
pub(super) enum Does {
    /// Takes it.
    Takes,
    /// Fails.
    Fails(ErrorKind, FailureClass, &'static str),
    /// Fails so many times in a hundred.
    FailsOften(u64),
    /// Takes it, and says so only when the test lets it.
    TakesInSilence,
    /// Panics.
    Panics,
}

/// One message that a channel was handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handed {
    pub(super) channel: ChannelId,
    pub(super) id: String,
    pub(super) dedup_key: String,
    pub(super) link: Option<String>,
    /// Whether the channel took it.
    pub(super) taken: bool,
}

#[derive(Debug, Default)]
struct Script {
    does: HashMap<ChannelId, Does>,
    handed: Vec<Handed>,
    dice: u64,
}

/// Channels of every kind. Clones are the same channels.
#[derive(Debug, Clone)]
pub(super) struct DoubleNotifiers {
    script: Arc<Mutex<Script>>,
    speak: watch::Sender<bool>,
}

impl DoubleNotifiers {
    pub(super) fn new() -> Self {
        Self { script: Arc::default(), speak: watch::Sender::new(false) }
    }

    pub(super) fn registry(&self) -> NotifierRegistry {
        let factory = |kind: &NotificationChannel| -> Arc<dyn NotifierFactory> {
            Arc::new(DoubleFactory { kind: *kind, all: self.clone() })
        };
        NotifierRegistry::new(NotificationChannel::ALL.iter().map(factory).collect())
    }

    /// From now on the channel behaves so; one that was not told anything takes everything.
    pub(super) fn now(&self, channel: &str, does: Does) {
        self.script.lock().does.insert(certctl_testkit::build::id(channel), does);
    }

    /// Everything handed over so far.
    pub(super) fn handed(&self) -> Vec<Handed> {
        self.script.lock().handed.clone()
    }

    /// Lets the silent ones answer.
    pub(super) fn speak(&self) {
        self.speak.send_replace(true);
    }

    fn hand(&self, channel: &ChannelId, message: &Message) -> Does {
        let mut script = self.script.lock();
        let mut does = script.does.get(channel).cloned().unwrap_or(Does::Takes);
        if let Does::FailsOften(percent) = does {
            // A linear congruential generator: the same luck at every run.
            script.dice =
                script.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            does = if (script.dice >> 33) % 100 < percent {
                Does::Fails(ErrorKind::Upstream5xx, FailureClass::Transient, "503 by chance")
            } else {
                Does::Takes
            };
        }
        script.handed.push(Handed {
            channel: channel.clone(),
            id: message.id.clone(),
            dedup_key: message.dedup_key.clone(),
            link: message.link.clone(),
            taken: matches!(does, Does::Takes | Does::TakesInSilence),
        });
        does
    }
}

#[derive(Debug)]
struct DoubleFactory {
    kind: NotificationChannel,
    all: DoubleNotifiers,
}

impl NotifierFactory for DoubleFactory {
    fn kind(&self) -> NotificationChannel {
        self.kind
    }

    fn config_schema(&self) -> ConfigSchema {
        ConfigSchema { fields: &[] }
    }

    fn build(
        &self,
        id: &ChannelId,
        _config: &RawConfig,
        _env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        Ok(Arc::new(DoubleNotifier { channel: id.clone(), all: self.all.clone() }))
    }
}

#[derive(Debug)]
struct DoubleNotifier {
    channel: ChannelId,
    all: DoubleNotifiers,
}

#[async_trait]
impl Notifier for DoubleNotifier {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let mut speak = self.all.speak.subscribe();
        match self.all.hand(&self.channel, message) {
            Does::Takes | Does::FailsOften(_) => {}
            Does::Fails(kind, class, text) => {
                return Err(ConnectorError { kind, class, message: text.to_owned(), source: None });
            }
            Does::TakesInSilence => {
                speak.wait_for(|speaks| *speaks).await.unwrap();
            }
            Does::Panics => panic!("as the test wants it"),
        }
        Ok(Receipt { detail: "202 accepted".to_owned() })
    }
}
