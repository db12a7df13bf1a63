//! Notification channels that the environment configures, and where the server may connect to.

use crate::key::{Key, Kind};
use crate::reader::Reader;
use crate::value;
use certctl_crypto::SecretString;
use ipnet::IpNet;
use std::path::PathBuf;

const URL: Kind = Kind::Secret { min_bytes: 8 };
const SECRET: Kind = Kind::Secret { min_bytes: 1 };

const SLACK_URL: Key = Key::new(
    "CERTCTL_SLACK_WEBHOOK_URL",
    "notifications.slack_webhook_url",
    URL,
    "Incoming webhook of Slack; with it there is a channel `nc-env-slack`. Counts as a secret.",
);
const SLACK_CHANNEL: Key = Key::new(
    "CERTCTL_SLACK_CHANNEL",
    "notifications.slack_channel",
    Kind::Text,
    "Slack channel, where the webhook lets its caller choose.",
)
.example("#certificates");
const SLACK_USERNAME: Key = Key::new(
    "CERTCTL_SLACK_USERNAME",
    "notifications.slack_username",
    Kind::Text,
    "Name that posts in Slack.",
)
.or("certctl");
const TEAMS_URL: Key = Key::new(
    "CERTCTL_TEAMS_WEBHOOK_URL",
    "notifications.teams_webhook_url",
    URL,
    "Webhook of a Microsoft Teams workflow; with it there is a channel `nc-env-teams`. Counts as a secret.",
);
const PAGERDUTY_KEY: Key = Key::new(
    "CERTCTL_PAGERDUTY_ROUTING_KEY",
    "notifications.pagerduty_routing_key",
    SECRET,
    "Integration key of a PagerDuty service (Events API v2); with it there is a channel `nc-env-pagerduty`.",
);
const PAGERDUTY_SEVERITY: Key = Key::new(
    "CERTCTL_PAGERDUTY_SEVERITY",
    "notifications.pagerduty_severity",
    Kind::Choice(&["critical", "error", "warning", "info"]),
    "Severity in PagerDuty of what certctl calls a warning.",
)
.or("warning");
const OPSGENIE_KEY: Key = Key::new(
    "CERTCTL_OPSGENIE_API_KEY",
    "notifications.opsgenie_api_key",
    SECRET,
    "API key of an OpsGenie integration; with it there is a channel `nc-env-opsgenie`.",
);
const OPSGENIE_PRIORITY: Key = Key::new(
    "CERTCTL_OPSGENIE_PRIORITY",
    "notifications.opsgenie_priority",
    Kind::Choice(&["P1", "P2", "P3", "P4", "P5"]),
    "Priority in OpsGenie of what certctl calls a warning.",
)
.or("P3");
const SMTP_HOST: Key = Key::new(
    "CERTCTL_SMTP_HOST",
    "notifications.smtp_host",
    Kind::Host,
    "Mail server; with it and a sender there is a channel `nc-env-email`.",
)
.example("mail.example.com");
const SMTP_PORT: Key = Key::new(
    "CERTCTL_SMTP_PORT",
    "notifications.smtp_port",
    Kind::Integer { min: 1, max: 65_535 },
    "Its port; 465 speaks TLS from the first byte.",
)
.or("587");
const SMTP_USERNAME: Key = Key::new(
    "CERTCTL_SMTP_USERNAME",
    "notifications.smtp_username",
    Kind::Text,
    "User at the mail server; without, nobody logs in.",
)
.example("certctl");
const SMTP_PASSWORD: Key =
    Key::new("CERTCTL_SMTP_PASSWORD", "notifications.smtp_password", SECRET, "Password of that user.");
const SMTP_FROM: Key =
    Key::new("CERTCTL_SMTP_FROM_ADDRESS", "notifications.smtp_from_address", Kind::Text, "Sender of mail.")
        .example("certctl@example.com");
const SMTP_TLS: Key = Key::new(
    "CERTCTL_SMTP_USE_TLS",
    "notifications.smtp_use_tls",
    Kind::Flag,
    "Whether mail is encrypted on its way to the mail server: with STARTTLS, on port 465 from the first byte.",
)
.or("true");
const WEBHOOK_URL: Key = Key::new(
    "CERTCTL_WEBHOOK_URL",
    "notifications.webhook_url",
    URL,
    "Where notifications are posted as JSON; with it there is a channel `nc-env-webhook`. Counts as a secret.",
);
const WEBHOOK_SECRET: Key = Key::new(
    "CERTCTL_WEBHOOK_SECRET",
    "notifications.webhook_secret",
    SECRET,
    "Key of the signature that posts to the webhook carry.",
);
const EGRESS_ALLOW: Key = Key::new(
    "CERTCTL_EGRESS_ALLOW",
    "notifications.egress_allow",
    Kind::NetworkList,
    "Reserved networks that channels may connect to all the same, such as a mail server on this host. Without it the host itself, its link and metadata services are out of reach; private networks never are.",
)
.example("127.0.0.1");
const CA_BUNDLE: Key = Key::new(
    "CERTCTL_NOTIFICATION_CA_BUNDLE_PATH",
    "notifications.ca_bundle_path",
    Kind::Path,
    "PEM file with CA certificates that channels trust beside those of the system.",
)
.example("/etc/certctl/channels-ca.pem");

pub(crate) const KEYS: &[Key] = &[
    SLACK_URL,
    SLACK_CHANNEL,
    SLACK_USERNAME,
    TEAMS_URL,
    PAGERDUTY_KEY,
    PAGERDUTY_SEVERITY,
    OPSGENIE_KEY,
    OPSGENIE_PRIORITY,
    SMTP_HOST,
    SMTP_PORT,
    SMTP_USERNAME,
    SMTP_PASSWORD,
    SMTP_FROM,
    SMTP_TLS,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    EGRESS_ALLOW,
    CA_BUNDLE,
];

/// Channels of the environment. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Channels {
    /// Slack.
    pub slack: Option<Slack>,
    /// URL of a Microsoft Teams workflow.
    pub teams_webhook_url: Option<SecretString>,
    /// PagerDuty.
    pub pagerduty: Option<PagerDuty>,
    /// OpsGenie.
    pub opsgenie: Option<OpsGenie>,
    /// Mail.
    pub smtp: Option<Smtp>,
    /// Signed webhook.
    pub webhook: Option<Webhook>,
    /// Reserved networks that channels may connect to.
    pub egress_allow: Vec<IpNet>,
    /// PEM file with CA certificates that are trusted beside those of the system.
    pub ca_bundle: Option<PathBuf>,
}

/// Slack.
#[derive(Debug, Clone)]
pub struct Slack {
    /// URL of the incoming webhook.
    pub webhook_url: SecretString,
    /// Channel, where the webhook lets its caller choose.
    pub channel: Option<String>,
    /// Name that posts.
    pub username: String,
}

/// PagerDuty.
#[derive(Debug, Clone)]
pub struct PagerDuty {
    /// Integration key.
    pub routing_key: SecretString,
    /// Severity of warnings.
    pub severity: String,
}

/// OpsGenie.
#[derive(Debug, Clone)]
pub struct OpsGenie {
    /// API key.
    pub api_key: SecretString,
    /// Priority of warnings.
    pub priority: String,
}

/// Mail.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User.
    pub username: Option<String>,
    /// The user's password.
    pub password: Option<SecretString>,
    /// Sender.
    pub from_address: String,
    /// Whether TLS is demanded.
    pub use_tls: bool,
}

/// Signed webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// URL.
    pub url: SecretString,
    /// Key of the signature.
    pub secret: Option<SecretString>,
}

fn text(reader: &mut Reader<'_>, key: &'static Key) -> Option<String> {
    reader.optional(key, value::text)
}

fn choice(reader: &mut Reader<'_>, key: &'static Key) -> String {
    reader.value(key, |text| value::choice(text, key.kind).map(str::to_owned))
}

/// Says that a variable does nothing without another one.
fn alone(reader: &mut Reader<'_>, key: &Key, missing: &Key) {
    reader.warnings.push(format!("{} has no effect without {}", key.env, missing.env));
}

pub(crate) fn read(reader: &mut Reader<'_>) -> Channels {
    let (slack_url, slack_channel) = (reader.secret(&SLACK_URL), text(reader, &SLACK_CHANNEL));
    let slack_username = reader.value(&SLACK_USERNAME, value::text);
    if slack_url.is_none() && slack_channel.is_some() {
        alone(reader, &SLACK_CHANNEL, &SLACK_URL);
    }
    let teams_webhook_url = reader.secret(&TEAMS_URL);
    let (pagerduty_key, severity) = (reader.secret(&PAGERDUTY_KEY), choice(reader, &PAGERDUTY_SEVERITY));
    let (opsgenie_key, priority) = (reader.secret(&OPSGENIE_KEY), choice(reader, &OPSGENIE_PRIORITY));
    let smtp = smtp(reader);
    let (webhook_url, webhook_secret) = (reader.secret(&WEBHOOK_URL), reader.secret(&WEBHOOK_SECRET));
    if webhook_url.is_none() && webhook_secret.is_some() {
        alone(reader, &WEBHOOK_SECRET, &WEBHOOK_URL);
    }
    Channels {
        slack: slack_url.map(|webhook_url| Slack {
            webhook_url,
            channel: slack_channel,
            username: slack_username,
        }),
        teams_webhook_url,
        pagerduty: pagerduty_key.map(|routing_key| PagerDuty { routing_key, severity }),
        opsgenie: opsgenie_key.map(|api_key| OpsGenie { api_key, priority }),
        smtp,
        webhook: webhook_url.map(|url| Webhook { url, secret: webhook_secret }),
        egress_allow: reader.value(&EGRESS_ALLOW, value::networks),
        ca_bundle: reader.path(&CA_BUNDLE),
    }
}

fn smtp(reader: &mut Reader<'_>) -> Option<Smtp> {
    let host = reader.optional(&SMTP_HOST, value::host);
    let port = reader.integer(&SMTP_PORT);
    let username = text(reader, &SMTP_USERNAME);
    let password = reader.secret(&SMTP_PASSWORD);
    let from_address = text(reader, &SMTP_FROM);
    let use_tls = reader.value(&SMTP_TLS, value::flag);
    match (host, from_address) {
        (Some(host), Some(from_address)) => {
            Some(Smtp { host, port, username, password, from_address, use_tls })
        }
        (Some(_), None) => {
            alone(reader, &SMTP_HOST, &SMTP_FROM);
            None
        }
        (None, Some(_)) => {
            alone(reader, &SMTP_FROM, &SMTP_HOST);
            None
        }
        (None, None) => {
            for (key, is_set) in [(&SMTP_USERNAME, username.is_some()), (&SMTP_PASSWORD, password.is_some())]
            {
                if is_set {
                    alone(reader, key, &SMTP_HOST);
                }
            }
            None
        }
    }
}
