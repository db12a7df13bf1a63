//! What a configuration may say, and what it shows.

use super::support::{SECRET, config, env, factory, kinds, try_build, with};
use certctl_connector_api::RawConfig;
use certctl_domain::notification::NotificationChannel::{self, OpsGenie, PagerDuty, Slack, Teams, Webhook};
use certctl_outbound::EgressPolicy;
use serde_json::{Value, json};
use std::path::Path;

const BASE: &str = "https://hooks.example.com";

/// Fields that are refused when `change` is laid over a valid configuration.
fn refused(kind: NotificationChannel, change: &Value) -> Vec<String> {
    let mut config = config(kind, BASE);
    for (name, value) in change.as_object().unwrap() {
        config = with(config, name, value.clone());
    }
    let problems = try_build(kind, &config, &env()).err().unwrap_or_default();
    for problem in &problems {
        assert!(!problem.to_string().contains(SECRET), "{problem}");
    }
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn usual_configurations_are_accepted() {
    for (kind, change) in [
        (Slack, json!({})),
        (Slack, json!({"channel": "#ops", "username": ""})),
        (Teams, json!({"format": "message_card"})),
        (PagerDuty, json!({"api_url": "", "region": "eu", "severity": "error"})),
        (PagerDuty, json!({"api_url": null})),
        (OpsGenie, json!({"api_url": "https://api.atlassian.com/jsm/ops/integration", "priority": "P1"})),
        (OpsGenie, json!({"api_url": null, "region": "eu"})),
        (Webhook, json!({"secret": "", "headers": null, "format": "cloudevents"})),
    ] {
        assert_eq!(refused(kind, &change), [""; 0], "{kind} {change}");
    }
}

#[test]
fn each_mistake_is_reported_at_its_field() {
    for (kind, change, field) in [
        (Slack, json!({"webhook_url": ""}), "webhook_url"),
        (Slack, json!({"webhook_url": "hooks.slack.com/services"}), "webhook_url"),
        (Slack, json!({"webhook_url": "ftp://example.com/"}), "webhook_url"),
        (Slack, json!({"webhook_url": format!("https://exa mple.com/{SECRET}")}), "webhook_url"),
        (Slack, json!({"webhook_url": format!("http://169.254.169.254/{SECRET}")}), "webhook_url"),
        (Slack, json!({"channel": "#a\nb"}), "channel"),
        (Slack, json!({"username": "x".repeat(81)}), "username"),
        (Slack, json!({"icon": "x"}), "icon"),
        (Teams, json!({"webhook_url": null}), "webhook_url"),
        (Teams, json!({"format": "card"}), "format"),
        (PagerDuty, json!({"routing_key": ""}), "routing_key"),
        (PagerDuty, json!({"routing_key": format!("{SECRET} x")}), "routing_key"),
        (PagerDuty, json!({"severity": "high"}), "severity"),
        (PagerDuty, json!({"region": "asia"}), "region"),
        (PagerDuty, json!({"api_url": "http://2852039166/"}), "api_url"),
        (OpsGenie, json!({"api_key": "a\r\nX: 1"}), "api_key"),
        (OpsGenie, json!({"priority": "P6"}), "priority"),
        (Webhook, json!({"url": "http://[::ffff:169.254.169.254]/"}), "url"),
        (Webhook, json!({"secret": "short"}), "secret"),
        (Webhook, json!({"secret": null, "previous_secret": SECRET}), "previous_secret"),
        (Webhook, json!({"format": "xml"}), "format"),
    ] {
        assert_eq!(refused(kind, &change), [field], "{kind} {change}");
    }
    let all = json!({"url": "x", "secret": "y", "headers": {"Host": "z"}});
    assert_eq!(refused(Webhook, &all), ["url", "secret", "headers.host"]);
}

#[test]
fn an_address_of_this_host_is_refused_when_the_channel_is_saved() {
    let mut env = env();
    env.egress = EgressPolicy::default();
    for kind in kinds() {
        let problems = try_build(kind, &config(kind, "http://127.0.0.1:9/"), &env).unwrap_err();
        assert!(problems[0].message.contains("CERTCTL_EGRESS_ALLOW"), "{kind}: {problems:?}");
    }
}

#[test]
fn secrets_are_shown_neither_by_the_schema_nor_by_the_channel() {
    for kind in kinds() {
        let config = config(kind, BASE);
        let raw = RawConfig::from_json(&config.to_string()).unwrap();
        let shown = factory(kind).config_schema().mask(&raw).to_json();
        assert!(!shown.contains(SECRET), "{kind}: {shown}");
        let channel = try_build(kind, &config, &env()).unwrap();
        assert!(!format!("{channel:?}").contains(SECRET), "{kind}: {channel:?}");
    }
}

#[test]
fn every_kind_has_a_page_that_names_its_fields() {
    for kind in kinds() {
        let name = kind.as_str().to_lowercase();
        let path = format!("{}/../../../docs/reference/connectors/{name}.md", env!("CARGO_MANIFEST_DIR"));
        let page =
            std::fs::read_to_string(Path::new(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        for field in factory(kind).config_schema().fields {
            assert!(page.contains(&format!("`{}`", field.name)), "{path} does not mention `{}`", field.name);
        }
    }
}
