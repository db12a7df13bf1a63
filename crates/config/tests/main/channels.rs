//! Notification channels of the environment.

use crate::support::{load, only_error};

#[test]
fn a_channel_is_there_when_its_first_variable_is() {
    let none = load([]).unwrap().channels;
    assert!(none.slack.is_none() && none.teams_webhook_url.is_none() && none.pagerduty.is_none());
    assert!(none.opsgenie.is_none() && none.smtp.is_none() && none.webhook.is_none());
    assert!(none.egress_allow.is_empty() && none.ca_bundle.is_none());

    let all = load([
        ("CERTCTL_SLACK_WEBHOOK_URL", "https://hooks.slack.example/T1"),
        ("CERTCTL_TEAMS_WEBHOOK_URL", "https://teams.example/1"),
        ("CERTCTL_PAGERDUTY_ROUTING_KEY", "pd-key"),
        ("CERTCTL_OPSGENIE_API_KEY", "og-key"),
        ("CERTCTL_SMTP_HOST", "mail.example.com"),
        ("CERTCTL_SMTP_FROM_ADDRESS", "certctl@example.com"),
        ("CERTCTL_WEBHOOK_URL", "https://hooks.example.com"),
        ("CERTCTL_EGRESS_ALLOW", "127.0.0.1, 192.0.2.0/24"),
    ]);
    let all = all.unwrap();
    assert!(all.warnings().is_empty(), "{:?}", all.warnings());
    let all = all.channels;
    let slack = all.slack.unwrap();
    assert_eq!((slack.webhook_url.expose(), &*slack.username), ("https://hooks.slack.example/T1", "certctl"));
    assert_eq!(slack.channel, None);
    assert_eq!(all.teams_webhook_url.unwrap().expose(), "https://teams.example/1");
    assert_eq!(all.pagerduty.unwrap().severity, "warning");
    assert_eq!(all.opsgenie.unwrap().priority, "P3");
    let smtp = all.smtp.unwrap();
    assert_eq!((&*smtp.host, smtp.port, smtp.use_tls), ("mail.example.com", 587, true));
    assert_eq!((&*smtp.from_address, smtp.username), ("certctl@example.com", None));
    assert!(all.webhook.unwrap().secret.is_none());
    assert_eq!(all.egress_allow.len(), 2);
}

#[test]
fn half_a_channel_is_none_and_is_told() {
    for (name, value, told) in [
        (
            "CERTCTL_SMTP_HOST",
            "mail.example.com",
            "CERTCTL_SMTP_HOST has no effect without CERTCTL_SMTP_FROM_ADDRESS",
        ),
        (
            "CERTCTL_SMTP_FROM_ADDRESS",
            "a@example.com",
            "CERTCTL_SMTP_FROM_ADDRESS has no effect without CERTCTL_SMTP_HOST",
        ),
        ("CERTCTL_SMTP_PASSWORD", "hush", "CERTCTL_SMTP_PASSWORD has no effect without CERTCTL_SMTP_HOST"),
        (
            "CERTCTL_SLACK_CHANNEL",
            "#ops",
            "CERTCTL_SLACK_CHANNEL has no effect without CERTCTL_SLACK_WEBHOOK_URL",
        ),
        (
            "CERTCTL_WEBHOOK_SECRET",
            "hush",
            "CERTCTL_WEBHOOK_SECRET has no effect without CERTCTL_WEBHOOK_URL",
        ),
    ] {
        let config = load([(name, value)]).unwrap();
        assert_eq!(config.warnings(), [told]);
        assert!(config.channels.smtp.is_none() && config.channels.slack.is_none());
    }
}

#[test]
fn values_that_no_service_knows_are_refused() {
    assert!(only_error([("CERTCTL_PAGERDUTY_SEVERITY", "loud")]).contains("`critical` or `error`"));
    assert!(only_error([("CERTCTL_OPSGENIE_PRIORITY", "P6")]).contains("`P1` or `P2`"));
    assert!(only_error([("CERTCTL_SMTP_PORT", "0")]).contains("from 1 to 65535"));
    assert!(only_error([("CERTCTL_SMTP_FROM_ADDRESS", "a\nb")]).contains("one line"));
    assert!(only_error([("CERTCTL_EGRESS_ALLOW", "everything")]).contains("networks"));
}
