//! Slack, through an incoming webhook.

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
use certctl_outbound::{Address, HeaderMap};
use std::sync::Arc;

const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("webhook_url", FieldType::Text, "URL of the incoming webhook.").secret(),
        Field::optional(
            "channel",
            FieldType::Text,
            "",
            "Channel to post to, if the webhook is a legacy one that lets the sender choose.",
        ),
        Field::optional(
            "username",
            FieldType::Text,
            "certctl",
            "Name to post under, if the webhook is a legacy one that lets the sender choose.",
        ),
    ],
};

/// Builds Slack channels.
#[derive(Debug)]
pub struct SlackFactory;

#[derive(Debug)]
struct Slack {
    post: Post,
    webhook: Address,
    channel: Option<String>,
    username: String,
}

#[derive(serde::Deserialize)]
struct Fields {
    webhook_url: Option<String>,
    channel: Option<String>,
    username: Option<String>,
}

impl NotifierFactory for SlackFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::Slack
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
        let channel = problems.line("channel", fields.channel, 80);
        let username = problems.line("username", fields.username, 80).unwrap_or_else(|| "certctl".to_owned());
        let webhook = problems.finish(webhook)?;
        Ok(Arc::new(Slack { post: Post::new("Slack", id, env)?, webhook, channel, username }))
    }
}

#[async_trait]
impl Notifier for Slack {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let document = payload::document(&Told::new(message), self.channel.as_deref(), &self.username);
        let answer = self.post.json(&self.webhook, HeaderMap::new(), &document).await?;
        let code = std::str::from_utf8(&answer.body).unwrap_or_default().trim();
        match known(code) {
            _ if answer.is_success() => Ok(Receipt { detail: format!("HTTP {}", answer.status) }),
            Some((kind, advice)) => Err(self.post.error(
                kind,
                FailureClass::Permanent,
                &format!("answered HTTP {}", answer.status),
                Some(code),
                advice,
            )),
            None => Err(self.post.refused(&answer, None)),
        }
    }
}

/// The codes Slack documents for incoming webhooks that no further attempt can mend. `rollup_error`
/// is one of its own failures and goes by its status.
fn known(code: &str) -> Option<(ErrorKind, &'static str)> {
    Some(match code {
        "invalid_payload" | "no_text" | "invalid_blocks" | "too_many_attachments" => {
            (ErrorKind::Validation, "please report this message of certctl")
        }
        "user_not_found" | "channel_not_found" => (
            ErrorKind::Validation,
            "the channel of the configuration does not exist; correct or remove `channel`",
        ),
        "channel_is_archived" => {
            (ErrorKind::Validation, "unarchive the channel or make a webhook for another")
        }
        "action_prohibited" | "posting_to_general_channel_denied" => {
            (ErrorKind::Auth, "an administrator of the workspace forbids posting there")
        }
        "no_service" | "no_service_id" | "no_active_hooks" | "invalid_token" | "no_team"
        | "team_disabled" => {
            (ErrorKind::Auth, "the webhook was removed or is disabled; make a new one and enter its URL")
        }
        _ => return None,
    })
}
