//! A message as mail: text and HTML of the same, and headers that keep robots from answering.

use super::html;
use certctl_connector_api::notifier::Message;
use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::Timestamp;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use std::time::{Duration, SystemTime};

const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
const LIST_ID: HeaderName = HeaderName::new_from_ascii_str("List-Id");
const DEDUP_KEY: HeaderName = HeaderName::new_from_ascii_str("X-Certctl-Dedup-Key");
const TYPE: HeaderName = HeaderName::new_from_ascii_str("X-Certctl-Type");
const SEVERITY: HeaderName = HeaderName::new_from_ascii_str("X-Certctl-Severity");

/// The mail of a message, sent at `at`.
pub(super) fn compose(
    from: &Mailbox,
    message: &Message,
    at: Timestamp,
) -> Result<lettre::Message, ConnectorError> {
    single_line("subject", &message.story.subject)?;
    single_line("dedup key", &message.dedup_key)?;
    let domain = from.email.domain();
    let sent = SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_micros(at.unix_micros().try_into().unwrap_or_default()))
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let raw = |name: HeaderName, value: &str| HeaderValue::new(name, value.to_owned());
    lettre::Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, recipient(&message.recipient)?))
        .subject(message.story.subject.clone())
        .date(sent)
        .message_id(Some(format!("<{}@{domain}>", message.id)))
        .raw_header(raw(AUTO_SUBMITTED, "auto-generated"))
        .raw_header(raw(LIST_ID, &format!("certctl <certctl.{domain}>")))
        .raw_header(raw(DEDUP_KEY, &message.dedup_key))
        .raw_header(raw(TYPE, message.kind.as_str()))
        .raw_header(raw(SEVERITY, message.severity.as_str()))
        .multipart(MultiPart::alternative_plain_html(text(message), html::body(message)))
        .map_err(|error| {
            ConnectorError::permanent(ErrorKind::Validation, "the mail cannot be put together")
                .caused_by(error)
        })
}

/// One address: a list of them would show everybody's to each.
fn recipient(text: &str) -> Result<Address, ConnectorError> {
    text.trim().parse().map_err(|_refused: lettre::address::AddressError| {
        ConnectorError::permanent(
            ErrorKind::Validation,
            "the recipient is not one mail address; correct it where it is configured, then requeue",
        )
    })
}

fn single_line(what: &str, text: &str) -> Result<(), ConnectorError> {
    if text.chars().any(char::is_control) {
        return Err(ConnectorError::permanent(
            ErrorKind::Validation,
            format!("the {what} has line breaks or other control characters, so nothing was sent"),
        ));
    }
    Ok(())
}

/// The text part: what happened, the facts below each other, the link.
fn text(message: &Message) -> String {
    let mut text = printable(&message.story.message);
    let facts = message.story.facts.iter();
    let facts: Vec<_> = facts.map(|fact| printable(&format!("{}: {}", fact.label, fact.value))).collect();
    for part in [facts.join("\n"), message.link.clone().unwrap_or_default()] {
        if !part.is_empty() {
            text.push_str("\n\n");
            text.push_str(&part);
        }
    }
    text.push('\n');
    text
}

/// Without what terminals would obey.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests;
