//! What Slack shows: Block Kit.

use crate::text::{Told, clip, pieces};
use serde_json::{Map, Value, json};

/// Limits of Block Kit.
const HEADER: usize = 150;
const SECTION: usize = 3000;
const FALLBACK: usize = 3000;
/// Sections for the text; the rest is in certctl.
const MOST_SECTIONS: usize = 4;

pub(super) fn document(told: &Told, channel: Option<&str>, username: &str) -> Value {
    let mut document = Map::new();
    // Shown in notifications and where blocks are not.
    document.insert("text".to_owned(), escaped(&told.subject, FALLBACK).into());
    document.insert("username".to_owned(), username.into());
    if let Some(channel) = channel {
        document.insert("channel".to_owned(), channel.into());
    }
    document.insert("unfurl_links".to_owned(), false.into());
    document.insert("unfurl_media".to_owned(), false.into());
    document.insert("blocks".to_owned(), blocks(told).into());
    document.into()
}

fn blocks(told: &Told) -> Vec<Value> {
    let subject = escaped(&told.subject, HEADER);
    let mut blocks =
        vec![json!({"type": "header", "text": {"type": "plain_text", "text": subject, "emoji": false}})];
    for piece in pieces(&told.body, SECTION, MOST_SECTIONS, width) {
        blocks.push(json!({"type": "section", "text": mrkdwn(&escape(&piece))}));
    }
    if !told.facts.is_empty() {
        let fields = told
            .facts
            .iter()
            .map(|(label, value)| mrkdwn(&format!("*{}*\n{}", escaped(label, 300), escaped(value, 1500))));
        blocks.push(json!({"type": "section", "fields": fields.collect::<Vec<_>>()}));
    }
    if let Some(link) = &told.link {
        blocks
            .push(json!({"type": "section", "text": mrkdwn(&format!("<{}|Open in certctl>", escape(link)))}));
    }
    blocks.push(json!({"type": "context", "elements": [mrkdwn(&escaped(&told.about, SECTION))]}));
    blocks
}

/// `verbatim`: names of hosts and people do not become links or mentions by themselves.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// The three characters with which links, mentions and entities begin and end.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escaped text of at most `limit`, never cut within an entity.
fn escaped(text: &str, limit: usize) -> String {
    let weight: usize = text.chars().map(width).sum();
    if weight <= limit {
        return escape(text);
    }
    // Escaping only makes it longer, so plain text of this size is a first guess from above.
    let mut size = limit;
    loop {
        let clipped = clip(text, size);
        if clipped.chars().map(width).sum::<usize>() <= limit || size == 0 {
            return escape(&clipped);
        }
        size -= 1;
    }
}

const fn width(c: char) -> usize {
    match c {
        '&' => "&amp;".len(),
        '<' | '>' => "&lt;".len(),
        _ => c.len_utf16(),
    }
}
