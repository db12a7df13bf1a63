//! Events of PagerDuty (PD-CEF).

use crate::text::{Told, clip, incident_key, object};
use certctl_connector_api::notifier::Message;
use certctl_domain::notification::AlertSeverity;
use serde_json::{Map, Value, json};

/// Limits of the Events API.
const DEDUP_KEY: usize = 255;
const SUMMARY: usize = 1024;
/// An event may have 512 KB; nobody reads that much.
const DETAIL: usize = 8000;

pub(super) fn event(message: &Message, told: &Told, routing_key: &str, warning: &str) -> Value {
    let dedup_key = incident_key(message, DEDUP_KEY);
    if told.resolved {
        return json!({"routing_key": routing_key, "event_action": "resolve", "dedup_key": dedup_key});
    }
    let facts: Map<String, Value> =
        told.facts.iter().map(|(label, value)| (label.clone(), value.clone().into())).collect();
    let mut event = json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "client": "certctl",
        "payload": {
            "summary": clip(&told.subject, SUMMARY),
            "source": "certctl",
            "severity": severity(message.severity, warning),
            "timestamp": message.occurred_at,
            "component": clip(&object(message), DEDUP_KEY),
            "group": message.resource_type,
            "class": message.kind.as_str(),
            "custom_details": {
                "message": clip(&told.body, DETAIL),
                "notification": message.id,
                "facts": facts,
            },
        },
    });
    if let (Some(link), Some(event)) = (&told.link, event.as_object_mut()) {
        event.insert("client_url".to_owned(), link.clone().into());
        event.insert("links".to_owned(), json!([{"href": link, "text": "Open in certctl"}]));
    }
    event
}

const fn severity(urgency: AlertSeverity, warning: &str) -> &str {
    match urgency {
        AlertSeverity::Informational => "info",
        AlertSeverity::Warning => warning,
        AlertSeverity::Critical => "critical",
    }
}
