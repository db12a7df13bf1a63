//! Webhooks of the user's own: JSON, signed.

mod config;
mod payload;
mod signature;

use crate::fields;
use crate::http::Post;
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, ErrorKind, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use certctl_outbound::{HeaderMap, HeaderName, HeaderValue, header};
use config::{Format, WebhookConfig};
use std::sync::Arc;

const SIGNATURE: HeaderName = HeaderName::from_static("x-signature");
const SIGNATURE_ALGORITHM: HeaderName = HeaderName::from_static("x-signature-algorithm");
const DELIVERY: HeaderName = HeaderName::from_static("x-certctl-delivery");
const EVENT: HeaderName = HeaderName::from_static("x-certctl-event");

/// Builds webhook channels.
#[derive(Debug)]
pub struct WebhookFactory;

struct Webhook {
    post: Post,
    config: WebhookConfig,
}

impl NotifierFactory for WebhookFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::Webhook
    }

    fn config_schema(&self) -> ConfigSchema {
        config::SCHEMA
    }

    fn build(
        &self,
        id: &ChannelId,
        config: &RawConfig,
        env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        let config = WebhookConfig::read(fields::decode(config)?, env)?;
        Ok(Arc::new(Webhook { post: Post::new("Webhook", id, env)?, config }))
    }
}

#[async_trait]
impl Notifier for Webhook {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let (document, content_type) = match self.config.format {
            Format::Json => (payload::event(message), "application/json; charset=utf-8"),
            Format::CloudEvents => {
                (payload::cloud_event(message), "application/cloudevents+json; charset=utf-8")
            }
        };
        let body = document.to_string().into_bytes();
        let headers = self.headers(message, content_type, &body)?;
        let answer = self.post.bytes(&self.config.url, headers, body).await?;
        self.post.expect_success(&answer, None)?;
        Ok(Receipt { detail: format!("HTTP {}", answer.status) })
    }
}

impl Webhook {
    fn headers(
        &self,
        message: &Message,
        content_type: &'static str,
        body: &[u8],
    ) -> Result<HeaderMap, ConnectorError> {
        let unfit =
            |_| ConnectorError::permanent(ErrorKind::Other, "the notification's id is no header value");
        let mut headers = self.config.headers.clone();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(DELIVERY, HeaderValue::from_str(&message.id).map_err(unfit)?);
        headers.insert(EVENT, HeaderValue::from_static(message.kind.as_str()));
        let signed = signature::header(&self.config.secrets, self.post.now().unix_seconds(), body);
        if let Some(signed) = signed.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(SIGNATURE, signed);
            headers.insert(SIGNATURE_ALGORITHM, HeaderValue::from_static("sha256"));
        }
        Ok(headers)
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("post", &self.post).finish_non_exhaustive()
    }
}
