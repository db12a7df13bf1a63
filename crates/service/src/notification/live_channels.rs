//! Connectors of the stored channels, built when first needed and again when their row has changed.

use crate::connector_config::refused;
use crate::secrets::Secrets;
use certctl_connector_api::notifier::{Notifier, NotifierEnv, NotifierFactory};
use certctl_connector_api::{ConfigSchema, NotifierRegistry, RawConfig};
use certctl_domain::Timestamp;
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{Channel, NotificationChannel};
use certctl_repository::SealedColumn;
use certctl_service_api::ServiceError;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// The notifiers of this process. Nothing needs to be told about changes: whoever uses a channel has
/// just read its row, and the row says whether the notifier is the current one.
pub struct LiveChannels {
    registry: NotifierRegistry,
    env: NotifierEnv,
    secrets: Secrets,
    built: Mutex<HashMap<ChannelId, Built>>,
}

struct Built {
    version: (Timestamp, Timestamp),
    notifier: Arc<dyn Notifier>,
}

impl fmt::Debug for LiveChannels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveChannels").field("registry", &self.registry).finish_non_exhaustive()
    }
}

impl LiveChannels {
    /// Notifiers of these factories in this environment.
    pub fn new(registry: NotifierRegistry, env: NotifierEnv, secrets: Secrets) -> Self {
        Self { registry, env, secrets, built: Mutex::default() }
    }

    /// The notifier of a channel as its row stands. Fails with `Upstream` when it cannot be built.
    pub fn notifier(&self, row: &Channel) -> Result<Arc<dyn Notifier>, ServiceError> {
        let version = (row.created_at, row.updated_at);
        if let Some(built) = self.built.lock().get(&row.id).filter(|built| built.version == version) {
            return Ok(Arc::clone(&built.notifier));
        }
        let sealed = Some(row.sealed_config.as_slice());
        let config = self.secrets.open_config(SealedColumn::ChannelConfig, row.id.as_str(), sealed)?;
        let notifier = self.factory(row.kind)?.build(&row.id, &config, &self.env).map_err(|problems| {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            ServiceError::Upstream {
                message: format!("notification channel {} cannot be used: {}", row.id, texts.join("; ")),
            }
        })?;
        let mut built = self.built.lock();
        if built.get(&row.id).is_none_or(|other| other.version <= version) {
            built.insert(row.id.clone(), Built { version, notifier: Arc::clone(&notifier) });
        }
        Ok(notifier)
    }

    /// The configuration of a kind.
    pub fn schema(&self, kind: NotificationChannel) -> Result<ConfigSchema, ServiceError> {
        Ok(self.factory(kind)?.config_schema())
    }

    /// Builds a notifier to see whether its configuration is usable, and drops it.
    pub fn try_out(
        &self,
        kind: NotificationChannel,
        id: &ChannelId,
        config: &RawConfig,
    ) -> Result<(), ServiceError> {
        self.factory(kind)?.build(id, config, &self.env).map(drop).map_err(refused)
    }

    fn factory(&self, kind: NotificationChannel) -> Result<&Arc<dyn NotifierFactory>, ServiceError> {
        self.registry.get(kind).ok_or_else(|| {
            ServiceError::unprocessable(
                "type",
                "unsupported_type",
                format!("this server has no notifier for channels of type {kind}"),
            )
        })
    }
}
