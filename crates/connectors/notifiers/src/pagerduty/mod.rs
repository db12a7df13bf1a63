//! PagerDuty, through the Events API v2.

mod payload;

use crate::fields::{self, Problems};
use crate::http::Post;
use crate::text::Told;
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, Field, FieldType, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use certctl_outbound::{Address, Answer, HeaderMap};
use serde_json::Value;
use std::sync::Arc;

const US: &str = "https://events.pagerduty.com";
const EU: &str = "https://events.eu.pagerduty.com";

const WARNING: &str = "warning";

const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("routing_key", FieldType::Text, "Integration key of the service (Events API v2).")
            .secret(),
        Field::optional(
            "severity",
            FieldType::Choice(&["critical", "error", "warning", "info"]),
            WARNING,
            "Severity in PagerDuty of what certctl calls a warning.",
        ),
        Field::optional("region", FieldType::Choice(&["us", "eu"]), "us", "Service region of the account."),
        Field::optional(
            "api_url",
            FieldType::Text,
            "",
            "Base of the Events API, for example of a relay; wins over region.",
        ),
    ],
};

/// Builds PagerDuty channels.
#[derive(Debug)]
pub struct PagerDutyFactory;

struct PagerDuty {
    post: Post,
    enqueue: Address,
    routing_key: String,
    /// Of warnings.
    severity: String,
}

#[derive(serde::Deserialize)]
struct Fields {
    routing_key: Option<String>,
    severity: Option<String>,
    region: Option<String>,
    api_url: Option<String>,
}

impl NotifierFactory for PagerDutyFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::PagerDuty
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
        let routing_key = problems.key("routing_key", fields.routing_key, 64);
        let region = if fields.region.as_deref() == Some("eu") { EU } else { US };
        let base = fields::given(fields.api_url).unwrap_or_else(|| region.to_owned());
        let base = problems.address("api_url", Some(base), env);
        let (routing_key, base) = problems.finish(routing_key.zip(base))?;
        Ok(Arc::new(PagerDuty {
            post: Post::new("PagerDuty", id, env)?,
            enqueue: base.below(&["v2", "enqueue"]),
            routing_key,
            severity: fields::given(fields.severity).unwrap_or_else(|| WARNING.to_owned()),
        }))
    }
}

#[async_trait]
impl Notifier for PagerDuty {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let document = payload::event(message, &Told::new(message), &self.routing_key, &self.severity);
        let answer = self.post.json(&self.enqueue, HeaderMap::new(), &document).await?;
        self.post.expect_success(&answer, reason(&answer, &self.routing_key).as_deref())?;
        let action = document.get("event_action").and_then(Value::as_str).unwrap_or_default();
        Ok(Receipt { detail: format!("HTTP {}, {action}", answer.status) })
    }
}

/// `errors` of the documented answer; without the key, should it be quoted.
fn reason(answer: &Answer, key: &str) -> Option<String> {
    let document: Value = serde_json::from_slice(&answer.body).ok()?;
    let errors = document.get("errors")?.as_array()?.iter().filter_map(Value::as_str);
    let text = errors.take(3).collect::<Vec<_>>().join(", ").replace(key, "…");
    (!text.is_empty()).then_some(text)
}

impl std::fmt::Debug for PagerDuty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PagerDuty").field("post", &self.post).finish_non_exhaustive()
    }
}
