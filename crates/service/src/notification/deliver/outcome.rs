//! What an attempt makes of a notification.

use certctl_connector_api::{ConnectorError, ErrorKind};
use certctl_domain::Timestamp;
use certctl_domain::notification::{
    Attempt, AttemptResult, Delivery, Notification, NotificationChannel, NotificationStatus,
};
use certctl_domain::retry::FailureClass;
use std::time::Duration;

/// Longest error that is kept, in characters.
const ERROR_LENGTH: usize = 500;
/// Longest word of a channel that is kept, in characters.
const DETAIL_LENGTH: usize = 200;

/// The end of one attempt.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) after: Notification,
    pub(super) attempt: Attempt,
    pub(super) ended_at: Timestamp,
    pub(super) health: Verdict,
}

/// What an attempt says about its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It took something.
    Works,
    /// It failed, and would have failed for other notifications, too.
    Fails,
    /// Nothing: there was no channel, or this one recipient was refused.
    Unknown,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) class: FailureClass,
    pub(super) message: String,
    pub(super) health: Verdict,
}

impl Failed {
    /// The channel's own answer.
    pub(super) fn of(error: &ConnectorError, channel: NotificationChannel) -> Self {
        // A mail server refuses single recipients, and every channel single messages.
        let about_this_one = error.class == FailureClass::Permanent
            && (error.kind == ErrorKind::Validation
                || (channel == NotificationChannel::Email && error.kind != ErrorKind::Auth));
        let health = if about_this_one { Verdict::Unknown } else { Verdict::Fails };
        Self { class: error.class, message: error.chain(), health }
    }

    /// Something on the way to the channel.
    pub(super) fn transient(message: impl Into<String>) -> Self {
        Self { class: FailureClass::Transient, message: message.into(), health: Verdict::Fails }
    }
}

/// When an attempt took place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) took: Duration,
}

impl Span {
    /// The number is known when the attempt is recorded.
    fn attempt(self, result: AttemptResult, detail: String) -> Attempt {
        Attempt { number: 0, started_at: self.started_at, duration: self.took, result, detail }
    }
}

/// The channel took it. The failures before stay on record: delivered on attempt N.
pub(super) fn delivered(mut of: Notification, span: Span, detail: &str) -> Outcome {
    of.status = NotificationStatus::Sent;
    of.delivery = Some(Delivery::Delivered);
    of.next_retry_at = None;
    of.last_error = None;
    of.sent_at = Some(span.ended_at);
    of.lease = None;
    let attempt = span.attempt(AttemptResult::Delivered, one_line(detail, DETAIL_LENGTH));
    Outcome { after: of, attempt, ended_at: span.ended_at, health: Verdict::Works }
}

/// Nobody is there to take it.
pub(super) fn nobody(mut of: Notification, span: Span, why: &str) -> Outcome {
    of.status = NotificationStatus::Sent;
    of.delivery = Some(Delivery::NoNotifier);
    of.next_retry_at = None;
    of.last_error = Some(why.to_owned());
    of.sent_at = Some(span.ended_at);
    of.lease = None;
    let attempt = span.attempt(AttemptResult::NoNotifier, why.to_owned());
    Outcome { after: of, attempt, ended_at: span.ended_at, health: Verdict::Unknown }
}

/// It failed: again later, or never. `random` is uniform in 0..1.
pub(super) fn failed(mut of: Notification, span: Span, failure: Failed, random: f64) -> Outcome {
    of.retry_count = of.retry_count.saturating_add(1);
    let (status, pause) = NotificationStatus::after_failure(of.retry_count, failure.class, random);
    let error = one_line(&failure.message, ERROR_LENGTH);
    of.status = status;
    of.next_retry_at = pause.map(|pause| span.ended_at.plus(pause));
    of.last_error = Some(error.clone());
    of.lease = None;
    let result = match status {
        NotificationStatus::Dead => AttemptResult::Dead,
        _ => AttemptResult::Failed,
    };
    let attempt = span.attempt(result, error);
    Outcome { after: of, attempt, ended_at: span.ended_at, health: failure.health }
}

/// Text of others on one line, cut to `max` characters.
pub(super) fn one_line(text: &str, max: usize) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(visible).collect();
    let line: String = text.trim().chars().take(max.saturating_add(1)).collect();
    if line.chars().count() <= max {
        return line;
    }
    line.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_one_line_of_bounded_length() {
        assert_eq!(one_line(" 550 no\r\nsuch user\u{0} ", 99), "550 no  such user");
        assert_eq!(one_line(&"é".repeat(600), 500).chars().count(), 500);
        assert_eq!(one_line("12345", 5), "12345");
    }

    #[test]
    fn one_refused_mailbox_says_nothing_about_the_mail_server() {
        let refused = ConnectorError::permanent(ErrorKind::Upstream4xx, "550 no such user");
        assert_eq!(Failed::of(&refused, NotificationChannel::Email).health, Verdict::Unknown);
        assert_eq!(Failed::of(&refused, NotificationChannel::Slack).health, Verdict::Fails);
        let login = ConnectorError::permanent(ErrorKind::Auth, "535 wrong password");
        assert_eq!(Failed::of(&login, NotificationChannel::Email).health, Verdict::Fails);
    }
}
