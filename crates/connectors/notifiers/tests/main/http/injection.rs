//! Names and texts of strangers do not become markup, mentions, headers or terminal codes.

use super::support::{Line, delivered, document, kinds, message};
use certctl_connector_api::notifier::Message;
use certctl_domain::notification::Fact;
use certctl_domain::notification::NotificationChannel::{Slack, Teams, Webhook};
use serde_json::{Value, json};

const CORPUS: [&str; 20] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><b>bold</b>",
    "&lt;script&gt;",
    "<!channel> <!here> <!everyone>",
    "<@U012AB3CD> <#C123> <!subteam^S1|team>",
    "<https://evil.example/|certctl>",
    "[click](https://evil.example/)",
    "![x](https://evil.example/x.png)",
    "**bold** _it_ ~st~ `code` ```block```",
    "{{DATE(2026-01-01T00:00:00Z)}} <at>Somebody</at>",
    "x\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1",
    "x\nBcc: evil@example.com",
    "\u{0}\u{7}\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m",
    "safe\u{202e}gpj.exe\u{2066}\u{200f}",
    "line\u{2028}separator\u{2029}and\u{85}next",
    "\u{7f}\u{80}\u{9f}",
    "${jndi:ldap://evil.example/a} {{7*7}} %0d%0aX: 1",
    "\\\"},\"event_action\":\"resolve\",\"x\":{\"",
    "javascript:alert(1)",
];

/// A message with `text` wherever somebody outside may have written.
fn filled(text: &str) -> Message {
    let mut message = message();
    text.clone_into(&mut message.story.subject);
    message.story.message = format!("{text}\n{text}");
    message.story.facts = vec![Fact { label: text.to_owned(), value: text.to_owned() }];
    text.clone_into(&mut message.resource_id);
    text.clone_into(&mut message.dedup_key);
    text.clone_into(&mut message.incident.as_mut().unwrap().key);
    text.clone_into(&mut message.recipient);
    message.link = Some(text.to_owned());
    message
}

fn texts<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            into.push(name);
            texts(value, into);
        }),
        _ => {}
    }
}

#[tokio::test]
async fn nothing_changes_the_request_around_the_message() {
    for kind in kinds() {
        let line = Line::new(kind, &json!({}));
        let plain = line.send(&message()).await;
        for text in CORPUS {
            let received = line.send(&filled(text)).await;
            let names = |headers: &[(String, String)]| {
                headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            assert_eq!(names(&received.headers), names(&plain.headers), "{kind} {text:?}");
            assert_eq!(received.target, plain.target, "{kind} {text:?}");
            assert!(document(&received).is_object());
        }
    }
}

#[tokio::test]
async fn control_characters_and_direction_marks_are_not_shown() {
    for kind in kinds().into_iter().filter(|kind| *kind != Webhook) {
        let line = Line::new(kind, &json!({}));
        for text in CORPUS {
            let document = document(&line.send(&filled(text)).await);
            let mut found = Vec::new();
            texts(&document, &mut found);
            for shown in found {
                let bad = |c: char| {
                    (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200f}\u{2028}\u{2029}".contains(c)
                };
                assert!(!shown.contains(bad), "{kind} {text:?}: {shown:?}");
            }
        }
    }
}

#[tokio::test]
async fn slack_gets_no_control_sequences_but_ours() {
    let line = Line::new(Slack, &json!({}));
    for text in CORPUS {
        let document = document(&line.send(&filled(text)).await);
        let mut found = Vec::new();
        texts(&document["blocks"], &mut found);
        texts(&document["text"], &mut found);
        for shown in found {
            assert!(!shown.contains(['<', '>']), "{text:?}: {shown:?}");
            let rest = ["&amp;", "&lt;", "&gt;"]
                .iter()
                .fold(shown.to_owned(), |text, entity| text.replace(entity, ""));
            assert!(!rest.contains('&'), "{text:?}: {shown:?}");
        }
    }
    let document = document(&delivered(Slack, json!({}), &message()).await).to_string();
    assert!(document.contains(
        "<https://certctl.example.com/certificates/mc-web?tab=history&amp;page=1|Open in certctl>"
    ));
}

#[tokio::test]
async fn teams_gets_text_only_where_it_is_not_interpreted() {
    let workflow = Line::new(Teams, &json!({}));
    let connector = Line::new(Teams, &json!({"format": "message_card"}));
    for text in CORPUS {
        let card = document(&workflow.send(&filled(text)).await);
        for block in card["attachments"][0]["content"]["body"].as_array().unwrap() {
            assert_eq!(block["type"], "RichTextBlock");
            for inline in block["inlines"].as_array().unwrap() {
                assert_eq!(inline["type"], "TextRun");
            }
        }
        let card = document(&connector.send(&filled(text)).await);
        let section = &card["sections"][0];
        assert_eq!(section["markdown"], false);
        let mut found = Vec::new();
        texts(section, &mut found);
        for shown in found {
            let shown = shown.replace("<br>", "");
            assert!(!shown.contains(['<', '>', '"']), "{text:?}: {shown:?}");
        }
    }
}

#[tokio::test]
async fn links_that_are_no_web_links_are_left_out() {
    for kind in kinds().into_iter().filter(|kind| *kind != Webhook) {
        let line = Line::new(kind, &json!({}));
        for text in CORPUS {
            let document = document(&line.send(&filled(text)).await).to_string();
            assert!(!document.contains("Open in certctl"), "{kind} {text:?}: {document}");
        }
    }
}
