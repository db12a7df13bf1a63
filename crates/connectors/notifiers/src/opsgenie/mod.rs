//! OpsGenie and the services that speak its Alerts API v2.

mod payload;

use crate::fields::{self, Problems};
use crate::http::Post;
use crate::text::{Told, incident_key};
use async_trait::async_trait;
use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory, Receipt};
use certctl_connector_api::{ConfigError, ConfigSchema, ConnectorError, Field, FieldType, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::NotificationChannel;
use certctl_outbound::{Address, Answer, HeaderMap, HeaderValue, header};
use serde_json::Value;
use std::sync::Arc;

const US: &str = "https://api.opsgenie.com";
const EU: &str = "https://api.eu.opsgenie.com";
const WARNING: &str = "P3";
/// Limit of the API.
const ALIAS: usize = 512;

const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("api_key", FieldType::Text, "Key of an API integration.").secret(),
        Field::optional(
            "priority",
            FieldType::Choice(&["P1", "P2", "P3", "P4", "P5"]),
            WARNING,
            "Priority in OpsGenie of what certctl calls a warning.",
        ),
        Field::optional("region", FieldType::Choice(&["us", "eu"]), "us", "Service region of the account."),
        Field::optional(
            "api_url",
            FieldType::Text,
            "",
            "Base of the Alerts API, for example of Jira Service Management; wins over region.",
        ),
    ],
};

/// Builds OpsGenie channels.
#[derive(Debug)]
pub struct OpsGenieFactory;

struct OpsGenie {
    post: Post,
    alerts: Address,
    authorization: HeaderValue,
    key: String,
    /// Of warnings.
    priority: String,
}

#[derive(serde::Deserialize)]
struct Fields {
    api_key: Option<String>,
    priority: Option<String>,
    region: Option<String>,
    api_url: Option<String>,
}

impl NotifierFactory for OpsGenieFactory {
    fn kind(&self) -> NotificationChannel {
        NotificationChannel::OpsGenie
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
        let key = problems.key("api_key", fields.api_key, 256);
        let region = if fields.region.as_deref() == Some("eu") { EU } else { US };
        let base = fields::given(fields.api_url).unwrap_or_else(|| region.to_owned());
        let base = problems.address("api_url", Some(base), env);
        let authorization = key.as_ref().and_then(|key| fields::secret_header(&format!("GenieKey {key}")));
        let ((key, authorization), base) = problems.finish(key.zip(authorization).zip(base))?;
        Ok(Arc::new(OpsGenie {
            post: Post::new("OpsGenie", id, env)?,
            alerts: base.below(&["v2", "alerts"]),
            authorization,
            key,
            priority: fields::given(fields.priority).unwrap_or_else(|| WARNING.to_owned()),
        }))
    }
}

#[async_trait]
impl Notifier for OpsGenie {
    async fn deliver(&self, message: &Message) -> Result<Receipt, ConnectorError> {
        let (told, alias) = (Told::new(message), incident_key(message, ALIAS));
        let (address, document) = if told.resolved {
            let close = self.alerts.below(&[&alias, "close"]).with_query("identifierType", "alias");
            (close, payload::close(&told))
        } else {
            (self.alerts.clone(), payload::create(message, &told, &alias, &self.priority))
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        let answer = self.post.json(&address, headers, &document).await?;
        self.post.expect_success(&answer, told_by(&answer, "message", &self.key).as_deref())?;
        let request = told_by(&answer, "requestId", &self.key);
        let request =
            request.map(|id| format!(", request {}", crate::text::clip(&crate::text::line(&id), 64)));
        Ok(Receipt { detail: format!("HTTP {}{}", answer.status, request.unwrap_or_default()) })
    }
}

/// A field of the documented answer; without the key, should it be quoted.
fn told_by(answer: &Answer, field: &str, key: &str) -> Option<String> {
    let document: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(document.get(field)?.as_str()?.replace(key, "…"))
}

impl std::fmt::Debug for OpsGenie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpsGenie").field("post", &self.post).finish_non_exhaustive()
    }
}
