//! What each service receives, as pinned and against what its vendor documents.

use super::schema;
use super::support::{Line, delivered, document, message, resolved};
use certctl_connector_api::notifier::Message;
use certctl_domain::notification::NotificationChannel::{self, OpsGenie, PagerDuty, Slack, Teams, Webhook};
use certctl_domain::notification::{AlertSeverity, Fact};
use serde_json::{Value, json};

const SCHEMAS: [(NotificationChannel, &str, Option<&str>); 6] = [
    (Slack, "slack", None),
    (Teams, "teams_adaptive_card", None),
    (Teams, "teams_message_card", Some("message_card")),
    (PagerDuty, "pagerduty", None),
    (OpsGenie, "opsgenie", None),
    (Webhook, "cloudevents", Some("cloudevents")),
];

fn format(format: Option<&str>) -> Value {
    format.map_or_else(|| json!({}), |format| json!({"format": format}))
}

#[tokio::test]
async fn messages_look_as_pinned_and_fit_the_schemas_of_the_vendors() {
    for (kind, name, variant) in SCHEMAS {
        for (phase, message) in [("trigger", message()), ("resolve", resolved())] {
            let received = delivered(kind, format(variant), &message).await;
            let document = document(&received);
            schema::check(name, &document);
            let target = received.target.split(['?', '/']).nth(1).unwrap_or_default().to_owned();
            insta::assert_json_snapshot!(
                format!("{name}_{phase}"),
                json!({"to": target, "document": document})
            );
        }
    }
    let received = delivered(Webhook, json!({}), &message()).await;
    insta::assert_json_snapshot!("webhook", document(&received));
}

/// As long as a message can be, and longer.
fn huge(unit: &str) -> Message {
    let mut message = message();
    message.story.subject = unit.repeat(500);
    message.story.message = format!("{}\n", unit.repeat(40)).repeat(600);
    let fact = Fact { label: unit.repeat(400), value: unit.repeat(5000) };
    message.story.facts = vec![fact; 30];
    message.resource_id = unit.repeat(600);
    message.incident.as_mut().unwrap().key = unit.repeat(600);
    message
}

#[tokio::test]
async fn the_longest_messages_fit_the_limits_of_the_vendors() {
    for (kind, name, variant) in SCHEMAS {
        let line = Line::new(kind, &format(variant));
        for unit in ["a", "&", "<", "\"", "😀", "é\n"] {
            let received = line.send(&huge(unit)).await;
            schema::check(name, &document(&received));
            if kind == Teams {
                assert!(received.body.len() <= 28_000, "{name} {unit}: {} bytes", received.body.len());
            }
        }
    }
}

#[tokio::test]
async fn the_least_message_fits_too() {
    let mut least = message();
    least.story.message = String::new();
    least.story.facts = Vec::new();
    least.incident = None;
    least.link = None;
    for (kind, name, variant) in SCHEMAS {
        schema::check(name, &document(&delivered(kind, format(variant), &least).await));
    }
    let event = document(&delivered(PagerDuty, json!({}), &least).await);
    assert_eq!(event["dedup_key"], "alert-0198/nc-ops/ops");
}

#[tokio::test]
async fn urgency_becomes_severity_and_priority_and_the_channel_says_what_a_warning_is() {
    let (pagerduty, opsgenie) = (Line::new(PagerDuty, &json!({})), Line::new(OpsGenie, &json!({})));
    let errors = Line::new(PagerDuty, &json!({"severity": "error"}));
    let urgent = Line::new(OpsGenie, &json!({"priority": "P2"}));
    for (severity, [usual, chosen], [priority, chosen_priority]) in [
        (AlertSeverity::Informational, ["info"; 2], ["P5"; 2]),
        (AlertSeverity::Warning, ["warning", "error"], ["P3", "P2"]),
        (AlertSeverity::Critical, ["critical"; 2], ["P1"; 2]),
    ] {
        let mut message = message();
        message.severity = severity;
        for (line, wanted) in [(&pagerduty, usual), (&errors, chosen)] {
            assert_eq!(document(&line.send(&message).await)["payload"]["severity"], wanted);
        }
        for (line, wanted) in [(&opsgenie, priority), (&urgent, chosen_priority)] {
            assert_eq!(document(&line.send(&message).await)["priority"], wanted);
        }
    }
}

#[tokio::test]
async fn what_opens_an_incident_and_what_ends_it_bear_the_same_key() {
    let key = "certctl/certificate/mc-web/renewal";
    for message in [message(), resolved()] {
        let event = document(&delivered(PagerDuty, json!({}), &message).await);
        assert_eq!(event["dedup_key"], key);
    }
    assert_eq!(document(&delivered(OpsGenie, json!({}), &message()).await)["alias"], key);
    let close = delivered(OpsGenie, json!({}), &resolved()).await;
    assert_eq!(
        close.target,
        "/v2/alerts/certctl%2Fcertificate%2Fmc-web%2Frenewal/close?identifierType=alias"
    );

    // Keys too long for a service stay different from each other.
    let long = |end: &str| {
        let mut message = message();
        message.incident.as_mut().unwrap().key = format!("{}{end}", "k".repeat(600));
        message
    };
    let one = document(&delivered(PagerDuty, json!({}), &long("1")).await)["dedup_key"].clone();
    let other = document(&delivered(PagerDuty, json!({}), &long("2")).await)["dedup_key"].clone();
    assert_ne!(one, other);
}

#[tokio::test]
async fn each_service_is_called_as_it_documents() {
    let slack = delivered(Slack, json!({"channel": "#ops", "username": "pki"}), &message()).await;
    let text = document(&slack);
    assert_eq!((&text["channel"], &text["username"]), (&json!("#ops"), &json!("pki")));
    let pagerduty = delivered(PagerDuty, json!({}), &message()).await;
    assert_eq!((pagerduty.method.as_str(), pagerduty.target.as_str()), ("POST", "/v2/enqueue"));
    let opsgenie = delivered(OpsGenie, json!({}), &message()).await;
    assert_eq!(opsgenie.target, "/v2/alerts");
    let key = format!("GenieKey {}", super::support::SECRET);
    assert_eq!(opsgenie.header("authorization"), Some(key.as_str()));
    for received in [slack, pagerduty, opsgenie] {
        assert_eq!(received.header("content-type"), Some("application/json; charset=utf-8"));
        assert!(received.header("user-agent").unwrap().starts_with("certctl/"));
    }
}
