//! Channels: what they may touch, and those that the environment configures.

use crate::Environment;
use anyhow::Context as _;
use certctl_config::ServerConfig;
use certctl_config::section::channels::Channels;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_domain::notification::NotificationChannel as Kind;
use certctl_outbound::EgressPolicy;
use certctl_service::{EnvironmentChannel, Foundation, LiveChannels, Secrets, follow_environment};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Longest delivery of one notification.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(30);

/// What notifiers may touch: where they connect to, and whom they trust.
pub(super) fn surroundings(config: &ServerConfig, environment: &Environment) -> anyhow::Result<NotifierEnv> {
    let section = &config.channels;
    let extra_roots_pem = match &section.ca_bundle {
        None => None,
        Some(path) => Some(std::fs::read(path).with_context(|| {
            format!("cannot read {}, which CERTCTL_NOTIFICATION_CA_BUNDLE_PATH names", path.display())
        })?),
    };
    Ok(NotifierEnv {
        clock: Arc::clone(&environment.clock),
        egress: EgressPolicy::allowing(section.egress_allow.clone()),
        time_limit: TIME_LIMIT,
        extra_roots_pem,
    })
}

/// The notifiers of this process, after the rows of the environment's channels were brought up to date.
pub(super) async fn channels(
    config: &ServerConfig,
    env: NotifierEnv,
    environment: &Environment,
    base: &Foundation,
    secrets: &Secrets,
) -> anyhow::Result<Arc<LiveChannels>> {
    let live = Arc::new(LiveChannels::new(environment.notifiers.clone(), env, secrets.clone()));
    follow_environment(base, &live, secrets, &from_environment(&config.channels)).await?;
    Ok(live)
}

/// The channels of the environment as their connectors are configured.
fn from_environment(section: &Channels) -> Vec<EnvironmentChannel> {
    let slack = section.slack.as_ref().map(|slack| {
        let config = json!({
            "webhook_url": slack.webhook_url.expose(), "channel": slack.channel, "username": slack.username,
        });
        (Kind::Slack, config)
    });
    let teams =
        section.teams_webhook_url.as_ref().map(|url| (Kind::Teams, json!({"webhook_url": url.expose()})));
    let pagerduty = section.pagerduty.as_ref().map(|pagerduty| {
        let config = json!({"routing_key": pagerduty.routing_key.expose(), "severity": pagerduty.severity});
        (Kind::PagerDuty, config)
    });
    let opsgenie = section.opsgenie.as_ref().map(|opsgenie| {
        (Kind::OpsGenie, json!({"api_key": opsgenie.api_key.expose(), "priority": opsgenie.priority}))
    });
    let email = section.smtp.as_ref().map(|smtp| {
        let config = json!({
            "host": smtp.host, "port": smtp.port, "username": smtp.username,
            "password": smtp.password.as_ref().map(certctl_crypto::SecretString::expose),
            "from_address": smtp.from_address, "use_tls": smtp.use_tls,
        });
        (Kind::Email, config)
    });
    let webhook = section.webhook.as_ref().map(|webhook| {
        let secret = webhook.secret.as_ref().map(certctl_crypto::SecretString::expose);
        (Kind::Webhook, json!({"url": webhook.url.expose(), "secret": secret}))
    });
    let set = [slack, teams, pagerduty, opsgenie, email, webhook].into_iter().flatten();
    set.map(|(kind, config)| EnvironmentChannel { kind, config: without_nulls(config) }).collect()
}

/// What is not set is left out.
fn without_nulls(config: Value) -> Map<String, Value> {
    match config {
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certctl_config::MapEnv;

    #[test]
    fn every_variable_reaches_the_configuration_of_its_channel() {
        let variables = [
            ("CERTCTL_SLACK_WEBHOOK_URL", "https://hooks.slack.example/T1"),
            ("CERTCTL_SLACK_CHANNEL", "#ops"),
            ("CERTCTL_TEAMS_WEBHOOK_URL", "https://teams.example/1"),
            ("CERTCTL_PAGERDUTY_ROUTING_KEY", "pd-key"),
            ("CERTCTL_PAGERDUTY_SEVERITY", "error"),
            ("CERTCTL_OPSGENIE_API_KEY", "og-key"),
            ("CERTCTL_SMTP_HOST", "mail.example.com"),
            ("CERTCTL_SMTP_PORT", "465"),
            ("CERTCTL_SMTP_USERNAME", "certctl"),
            ("CERTCTL_SMTP_PASSWORD", "hush"),
            ("CERTCTL_SMTP_FROM_ADDRESS", "certctl@example.com"),
            ("CERTCTL_WEBHOOK_URL", "https://hooks.example.com/1"),
            ("CERTCTL_WEBHOOK_SECRET", "hush-hush"),
        ];
        let env = variables.into_iter().fold(MapEnv::default(), |env, (name, value)| env.with(name, value));
        let config = ServerConfig::load(&env, None).unwrap();
        let wanted = from_environment(&config.channels);
        let registry = certctl_notifiers::registry();
        let mut text = String::new();
        for channel in &wanted {
            text += &Value::Object(channel.config.clone()).to_string();
            // Each connector of this build takes what the environment says.
            if let Some(factory) = registry.get(channel.kind) {
                let config = certctl_connector_api::RawConfig::new(channel.config.clone());
                factory.config_schema().check(&config).unwrap();
            }
        }
        assert_eq!(wanted.len(), 6);
        for (name, value) in variables {
            assert!(text.contains(value), "{name}: {text}");
        }
        assert!(!format!("{wanted:?}").contains("hush"));
    }
}
