//! A clock, an environment and messages.

use certctl_connector_api::notifier::{Message, Notifier, NotifierEnv, NotifierFactory};
use certctl_connector_api::{ConfigError, RawConfig};
use certctl_domain::id::ChannelId;
use certctl_domain::notification::{AlertSeverity, Fact, NotificationType, Story};
use certctl_domain::{Clock, Timestamp};
use certctl_outbound::EgressPolicy;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

pub(crate) const NOW: i64 = 1_790_000_000;

#[derive(Debug)]
struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(NOW)
    }
}

/// An environment that may reach the servers of the tests.
pub(crate) fn env() -> NotifierEnv {
    NotifierEnv {
        clock: Arc::new(FixedClock),
        egress: EgressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]),
        time_limit: Duration::from_secs(30),
        extra_roots_pem: None,
    }
}

pub(crate) fn build(
    factory: &dyn NotifierFactory,
    config: &Value,
    env: &NotifierEnv,
) -> Result<Arc<dyn Notifier>, Vec<ConfigError>> {
    let config = RawConfig::from_json(&config.to_string()).unwrap();
    factory.config_schema().check(&config)?;
    factory.build(&ChannelId::parse("nc-test").unwrap(), &config, env)
}

/// A message to a recipient.
pub(crate) fn message(recipient: &str) -> Message {
    Message {
        id: "ntf-7".to_owned(),
        dedup_key: "alert/al-7/nc-test".to_owned(),
        kind: NotificationType::RenewalFailure,
        severity: AlertSeverity::Warning,
        recipient: recipient.to_owned(),
        story: Story {
            subject: "Renewal of bücher.example failed".to_owned(),
            message: "The CA answered <no>.\n\nRetry with: certctl certs renew mc-web".to_owned(),
            html: None,
            facts: vec![Fact { label: "Expires".to_owned(), value: "2026-12-01".to_owned() }],
        },
        incident: None,
        resource_type: "certificate".to_owned(),
        resource_id: "mc-web".to_owned(),
        link: None,
        occurred_at: Timestamp::from_unix_seconds(NOW),
    }
}
