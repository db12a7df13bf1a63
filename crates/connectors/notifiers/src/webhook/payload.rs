//! What a webhook receives.

use certctl_connector_api::notifier::Message;
use serde_json::{Value, json};

/// Names as the reference documents them, and what it lacks beside them. Values are plain text as
/// they are: it is for the receiver to escape them for where it shows them.
pub(super) fn event(message: &Message) -> Value {
    let mut event = json!({
        "type": "event",
        "event_id": message.id,
        "event_type": message.kind.as_str(),
        "severity": message.severity.as_str(),
        "subject": message.story.subject,
        "body": message.story.message,
        "facts": message.story.facts,
        "recipient": message.recipient,
        "created_at": message.occurred_at,
        "dedup_key": message.dedup_key,
        "resource": {"type": message.resource_type, "id": message.resource_id},
    });
    let Some(fields) = event.as_object_mut() else { return event };
    if message.resource_type == "certificate" {
        fields.insert("certificate_id".to_owned(), message.resource_id.clone().into());
    }
    if let Some(incident) = &message.incident {
        let incident = json!({"key": incident.key, "phase": incident.phase.as_str()});
        fields.insert("incident".to_owned(), incident);
    }
    if let Some(link) = &message.link {
        fields.insert("link".to_owned(), link.clone().into());
    }
    event
}

/// The same as a `CloudEvent` 1.0 in structured mode. `id` is the same at every attempt.
pub(super) fn cloud_event(message: &Message) -> Value {
    json!({
        "specversion": "1.0",
        "id": message.id,
        "source": "/certctl",
        "type": format!("certctl.{}", message.kind.as_str()),
        "subject": format!("{}/{}", message.resource_type, message.resource_id),
        "time": message.occurred_at,
        "severity": message.severity.as_str(),
        "datacontenttype": "application/json",
        "data": event(message),
    })
}
