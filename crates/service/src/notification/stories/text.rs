//! How texts of others become part of a message: one line, nothing that hides, no mail addresses.

use certctl_domain::Timestamp;
use std::time::Duration;

/// Longest subject, in characters.
const LONGEST_SUBJECT: usize = 200;
/// Longest error that a message quotes, in characters.
const LONGEST_ERROR: usize = 600;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A subject: one visible line.
pub(super) fn subject(text: &str) -> String {
    cut(&visible(text), LONGEST_SUBJECT)
}

/// An error in a message.
pub(super) fn quoted(error: Option<&str>) -> String {
    let shown = visible(error.unwrap_or_default());
    if shown.is_empty() { "no reason is known".to_owned() } else { cut(&shown, LONGEST_ERROR) }
}

/// One line without control characters, without what hides or turns the direction of writing, and
/// without the mailboxes of mail addresses.
pub(super) fn visible(text: &str) -> String {
    let shown: String =
        text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<_> = shown.split_whitespace().collect();
    without_mailboxes(&words.join(" "))
}

const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Addresses keep their domain: `***@example.com`.
fn without_mailboxes(text: &str) -> String {
    let in_address = |c: char| c.is_alphanumeric() || "@.!#$%&'*+-/=?^_`{|}~".contains(c);
    let mut shown = String::with_capacity(text.len());
    for piece in text.split_inclusive(|c| !in_address(c)) {
        let end =
            piece.char_indices().last().filter(|(_, c)| !in_address(*c)).map_or(piece.len(), |(at, _)| at);
        let (word, separator) = piece.split_at(end);
        match word.rsplit_once('@') {
            Some((mailbox, domain)) if !mailbox.is_empty() && !domain.is_empty() => {
                shown.push_str("***@");
                shown.push_str(domain);
            }
            _ => shown.push_str(word),
        }
        shown.push_str(separator);
    }
    shown
}

/// A span in the one unit that says enough: `6 days`, `1 hour`, `12 minutes`.
pub(super) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (n, unit) = match seconds {
        DAY.. => (seconds / DAY, "day"),
        HOUR.. => (seconds / HOUR, "hour"),
        MINUTE.. => (seconds / MINUTE, "minute"),
        _ => return "less than a minute".to_owned(),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// How far an end is: `ends in 6 days` or `ended 2 hours ago`.
pub(super) fn end_of(end: Timestamp, now: Timestamp) -> String {
    if end > now {
        format!("ends in {}", span(end.since(now)))
    } else {
        format!("ended {} ago", span(now.since(end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_visible_line_of_at_most_200_characters() {
        assert_eq!(subject("a\r\nBcc: b\u{202e}c\u{200b}d\0e"), "a Bcc: bcd e");
        let long = subject(&"x".repeat(500));
        assert_eq!(long.chars().count(), 200);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn mail_addresses_lose_their_mailbox_wherever_they_stand() {
        for (text, shown) in [
            ("joe@example.com", "***@example.com"),
            ("not sent to <joe.doe+x@example.com>, sorry", "not sent to <***@example.com>, sorry"),
            ("\"mailto:joe@example.com\"", "\"mailto:***@example.com\""),
            ("5 @ home", "5 @ home"),
            ("Müller@example.com;b@c.de", "***@example.com;***@c.de"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn spans_are_told_in_whole_units_and_never_rounded_up() {
        let at = Timestamp::from_unix_seconds;
        assert_eq!(span(Duration::from_secs(2 * DAY - 1)), "1 day");
        assert_eq!(span(Duration::from_hours(23)), "23 hours");
        assert_eq!(span(Duration::from_secs(59)), "less than a minute");
        assert_eq!(end_of(at(7_200), at(0)), "ends in 2 hours");
        assert_eq!(end_of(at(0), at(60)), "ended 1 minute ago");
    }
}
