//! Microsoft Teams, through the webhook of a workflow or of an old connector.

mod payload;

use crate::fields::{self, Problems};
use crate::http::Post;
use crate::text::Told;
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{
    ConfigError, ConfigSchema, ConnectorError, ErrorKind, Field, FieldType, RawConfig,
};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use certctl_domain::retry::FailureClass;
use certctl_outbound::{Address, Answer, HeaderMap};
use std::sync::Arc;

const ADAPTIVE: &str = "adaptive_card";
const MESSAGE_CARD: &str = "message_card";

const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("webhook_url", FieldType::Text, "URL of the workflow's webhook.").secret(),
        Field::optional(
            "format",
            FieldType::Choice(&[ADAPTIVE, MESSAGE_CARD]),
            ADAPTIVE,
            "adaptive_card for workflows, message_card for Microsoft 365 connectors that still run.",
        ),
    ],
};

/// Builds Teams channels.
#[derive(Debug)]
pub struct TeamsFactory;

#[derive(Debug)]
struct Teams {
    post: Post,
    webhook: Address,
    old_connector: bool,
}

#[derive(serde::Deserialize)]
struct Fields {
    webhook_url: Option<String>,
    format: Option<String>,
}

impl NotifierFactory for TeamsFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::Teams
    }

    fn config_schema(&self) -> ConfigSchema {
        SCHEMA
    }

    fn build(
        &self,
        id: &ChannelId,
        config: &RawConfig,
        env: &NotifierEnv,
    ) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
        let fields: Fields = fields::decode(config)?;
        let mut problems = Problems::default();
        let webhook = problems.address("webhook_url", fields.webhook_url, env);
        let webhook = problems.finish(webhook)?;
        let old_connector = fields.format.as_deref() == Some(MESSAGE_CARD);
        Ok(Arc::new(Teams { post: Post::new("Teams", id, env)?, webhook, old_connector }))
    }
}

#[async_trait]
impl Notifier for Teams {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let told = Told::new(message);
        let card = if self.old_connector { payload::message_card } else { payload::adaptive_card };
        let document = payload::fitting(&told, message.severity, card);
        let answer = self.post.json(&self.webhook, HeaderMap::new(), &document).await?;
        self.post.expect_success(&answer, None)?;
        if self.old_connector {
            self.look_inside(&answer)?;
        }
        Ok(Receipt { detail: format!("HTTP {}", answer.status) })
    }
}

impl Teams {
    /// An old connector answers 200 and tells in the text that Teams refused, with Teams' status.
    fn look_inside(&self, answer: &Answer) -> Result<(), ConnectorError> {
        let text = String::from_utf8_lossy(&answer.body);
        let Some((_, after)) = text.split_once("endpoint returned HTTP error ") else { return Ok(()) };
        let digits: String = after.chars().take_while(char::is_ascii_digit).take(3).collect();
        let told = Answer { status: digits.parse().unwrap_or(500), ..answer.clone() };
        match told.status {
            400..=599 => Err(self.post.refused(&told, Some("told by the connector"))),
            _ => Err(self.post.error(
                ErrorKind::Upstream5xx,
                FailureClass::Transient,
                "could not hand the message to Teams",
                None,
                "",
            )),
        }
    }
}
