//! Mail over SMTP.

mod compose;
mod config;
mod failure;
mod html;
mod send;

use self::config::EmailConfig;
use self::send::Email;
use certctl_connector_api::notifier::{Notifier, NotifierEnv, NotifierFactory};
use certctl_connector_api::{ConfigError, ConfigSchema, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use std::sync::Arc;

/// Builds mail channels.
#[derive(Debug)]
pub struct EmailFactory;

impl NotifierFactory for EmailFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::Email
    }

    fn config_schema(&self) -> ConfigSchema {
        config::SCHEMA
    }

    fn build(
        &self,
        _id: &ChannelId,
        config: &RawConfig,
        env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        let config = EmailConfig::read(config)?;
        Ok(Arc::new(Email::new(config, env.clone()).map_err(|error| vec![error])?))
    }
}
