//! Alerts of OpsGenie.

use crate::text::{Told, clip, object};
use certctl_connector_api::notifier::Message;
use certctl_domain::notification::AlertSeverity;
use serde_json::{Map, Value, json};

/// Limits of the Alerts API.
const MESSAGE: usize = 130;
const DESCRIPTION: usize = 15_000;
const ENTITY: usize = 512;
const TAG: usize = 50;
const NOTE: usize = 25_000;

pub(super) fn create(message: &Message, told: &Told, alias: &str, warning: &str) -> Value {
    let mut details: Map<String, Value> =
        told.facts.iter().map(|(label, value)| (label.clone(), value.clone().into())).collect();
    details.insert("notification".to_owned(), message.id.clone().into());
    let tags = ["certctl", message.kind.as_str(), message.severity.as_str()].map(|tag| clip(tag, TAG));
    json!({
        "message": clip(&told.subject, MESSAGE),
        "alias": alias,
        "description": clip(&full_text(told), DESCRIPTION),
        "tags": tags,
        "details": details,
        "entity": clip(&object(message), ENTITY),
        "source": "certctl",
        "priority": priority(message.severity, warning),
    })
}

pub(super) fn close(told: &Told) -> Value {
    json!({"source": "certctl", "user": "certctl", "note": clip(&full_text(told), NOTE)})
}

/// The subject may be cut where the message is limited, so it stands above the text again. The link
/// comes before what may be cut here.
fn full_text(told: &Told) -> String {
    let link = told.link.as_deref().map(|link| format!("{link}\n\n")).unwrap_or_default();
    format!("{}\n\n{link}{}", told.subject, told.body)
}

const fn priority(urgency: AlertSeverity, warning: &str) -> &str {
    match urgency {
        AlertSeverity::Informational => "P5",
        AlertSeverity::Warning => warning,
        AlertSeverity::Critical => "P1",
    }
}
