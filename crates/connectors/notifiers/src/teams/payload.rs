//! What Teams shows: an Adaptive Card, or the older `MessageCard`.

use crate::text::{Told, clip};
use certctl_domain::notification::AlertSeverity;
use serde_json::{Value, json};

/// Teams refuses messages of more than 28 KB.
const LARGEST: usize = 28_000;

/// The card with as much of the text as Teams takes.
pub(super) fn fitting(
    told: &Told,
    severity: AlertSeverity,
    card: fn(&Told, AlertSeverity, &str) -> Value,
) -> Value {
    let mut size = 12_000;
    loop {
        let document = card(told, severity, &clip(&told.body, size));
        if size == 0 || document.to_string().len() <= LARGEST {
            return document;
        }
        size /= 2;
    }
}

/// For workflows. Text stands in `TextRun`s, the one place of a card where Markdown, dates in braces
/// and mentions are not interpreted.
pub(super) fn adaptive_card(told: &Told, severity: AlertSeverity, body: &str) -> Value {
    let mut blocks = vec![json!({
        "type": "RichTextBlock",
        "inlines": [{
            "type": "TextRun", "text": told.subject, "size": "Large", "weight": "Bolder",
            "color": color(told, severity),
        }],
    })];
    for line in body.lines().filter(|line| !line.trim().is_empty()) {
        blocks.push(json!({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line}]}));
    }
    for (label, value) in &told.facts {
        blocks.push(json!({
            "type": "RichTextBlock",
            "spacing": "Small",
            "inlines": [
                {"type": "TextRun", "text": format!("{label}: "), "weight": "Bolder"},
                {"type": "TextRun", "text": value},
            ],
        }));
    }
    blocks.push(json!({
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": told.about, "size": "Small", "isSubtle": true}],
    }));
    let mut content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": blocks,
    });
    if let (Some(link), Some(content)) = (&told.link, content.as_object_mut()) {
        let open = json!([{"type": "Action.OpenUrl", "title": "Open in certctl", "url": link}]);
        content.insert("actions".to_owned(), open);
    }
    json!({
        "type": "message",
        "summary": told.subject,
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": content,
        }],
    })
}

/// For Microsoft 365 connectors. Markdown is switched off; what is left of HTML is escaped.
pub(super) fn message_card(told: &Told, severity: AlertSeverity, body: &str) -> Value {
    let facts = told.facts.iter().map(|(name, value)| json!({"name": escape(name), "value": escape(value)}));
    let mut card = json!({
        "@type": "MessageCard",
        "@context": "https://schema.org/extensions",
        "themeColor": theme_color(told, severity),
        "summary": escape(&told.subject),
        "sections": [{
            "activityTitle": escape(&told.subject),
            "activitySubtitle": escape(&told.about),
            "text": escape(body).replace('\n', "<br>"),
            "facts": facts.collect::<Vec<_>>(),
            "markdown": false,
        }],
    });
    if let (Some(link), Some(card)) = (&told.link, card.as_object_mut()) {
        let open = json!([{
            "@type": "OpenUri",
            "name": "Open in certctl",
            "targets": [{"os": "default", "uri": link}],
        }]);
        card.insert("potentialAction".to_owned(), open);
    }
    card
}

const fn color(told: &Told, severity: AlertSeverity) -> &'static str {
    match severity {
        _ if told.resolved => "Good",
        AlertSeverity::Critical => "Attention",
        AlertSeverity::Warning => "Warning",
        AlertSeverity::Informational => "Default",
    }
}

const fn theme_color(told: &Told, severity: AlertSeverity) -> &'static str {
    match severity {
        _ if told.resolved => "2E7D32",
        AlertSeverity::Critical => "C62828",
        AlertSeverity::Warning => "F9A825",
        AlertSeverity::Informational => "0076D7",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
