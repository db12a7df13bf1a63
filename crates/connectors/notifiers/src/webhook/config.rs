//! Configuration of a webhook.

use crate::fields::{self, Problems, given};
use certctl_connector_api::notifier::NotifierEnv;
use certctl_connector_api::{ConfigError, ConfigSchema, Field, FieldType};
use certctl_crypto::SecretString;
use certctl_outbound::{Address, HeaderMap, HeaderName};
use std::collections::BTreeMap;

const JSON: &str = "json";
const CLOUD_EVENTS: &str = "cloudevents";
/// Shorter ones can be found by trying, with one message to try them on.
const SHORTEST_SECRET: usize = 16;
const MOST_HEADERS: usize = 20;
const LONGEST_VALUE: usize = 4096;

/// Headers that say how the message is to be read, or where it goes. Those of proxies and of
/// certctl's own are recognised by their beginning.
const OURS: [&str; 14] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-signature",
    "x-signature-algorithm",
];
const OUR_PREFIXES: [&str; 2] = ["proxy-", "x-certctl-"];

pub(super) const SCHEMA: ConfigSchema = ConfigSchema {
    fields: &[
        Field::required("url", FieldType::Text, "Where messages are posted to.").secret(),
        Field::optional(
            "secret",
            FieldType::Text,
            "",
            "Key of the signature, at least 16 characters; without it, messages are not signed.",
        )
        .secret(),
        Field::optional(
            "previous_secret",
            FieldType::Text,
            "",
            "Key that receivers may still know, while the key is exchanged; messages bear both signatures.",
        )
        .secret(),
        Field::optional("headers", FieldType::TextMap, "", "Further headers, for example Authorization.")
            .secret(),
        Field::optional(
            "format",
            FieldType::Choice(&[JSON, CLOUD_EVENTS]),
            JSON,
            "json, or cloudevents for an envelope after CloudEvents 1.0.",
        ),
    ],
};

/// A checked configuration.
pub(super) struct WebhookConfig {
    pub(super) url: Address,
    /// The current one first.
    pub(super) secrets: Vec<SecretString>,
    pub(super) headers: HeaderMap,
    pub(super) format: Format,
}

/// What messages look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    CloudEvents,
}

/// The fields as written; types were checked by the schema.
#[derive(serde::Deserialize)]
pub(super) struct Fields {
    url: Option<String>,
    secret: Option<String>,
    previous_secret: Option<String>,
    headers: Option<BTreeMap<String, String>>,
    format: Option<String>,
}

impl WebhookConfig {
    pub(super) fn read(written: Fields, env: &NotifierEnv) -> Result<Self, Vec<ConfigError>> {
        let mut problems = Problems::default();
        let url = problems.address("url", written.url, env);
        let (secret, previous) = (given(written.secret), given(written.previous_secret));
        for (field, secret) in [("secret", &secret), ("previous_secret", &previous)] {
            if secret.as_ref().is_some_and(|secret| secret.chars().count() < SHORTEST_SECRET) {
                problems.add(field, format!("must have at least {SHORTEST_SECRET} characters"));
            }
        }
        if previous.is_some() && secret.is_none() {
            problems.add("previous_secret", "is of use only beside a current `secret`");
        }
        let headers = headers(&mut problems, written.headers.unwrap_or_default());
        let format = match written.format.as_deref() {
            Some(CLOUD_EVENTS) => Format::CloudEvents,
            _ => Format::Json,
        };
        let url = problems.finish(url)?;
        let secrets = secret.into_iter().chain(previous).map(SecretString::new).collect();
        Ok(Self { url, secrets, headers, format })
    }
}

fn headers(problems: &mut Problems, written: BTreeMap<String, String>) -> HeaderMap {
    if written.len() > MOST_HEADERS {
        problems.add("headers", format!("must be at most {MOST_HEADERS}"));
    }
    let mut headers = HeaderMap::new();
    for (text, value) in written {
        // Also keeps control characters out of the field's name in messages.
        let Ok(name) = text.parse::<HeaderName>() else {
            problems.add("headers", "each name must be a header name such as X-Api-Key");
            continue;
        };
        let field = format!("headers.{name}");
        let lower = name.as_str();
        if OURS.contains(&lower) || OUR_PREFIXES.iter().any(|prefix| lower.starts_with(prefix)) {
            problems.add(&field, "is set by certctl and cannot be replaced");
            continue;
        }
        let fits = value.len() <= LONGEST_VALUE && value.is_ascii();
        let value = fits.then(|| fields::secret_header(&value)).flatten();
        let Some(value) = value else {
            problems.add(&field, "must be one line of at most 4096 ASCII characters");
            continue;
        };
        if headers.insert(name, value).is_some() {
            problems.add(&field, "is given twice");
        }
    }
    headers
}
