//! Posting JSON, and what the answer means.

use crate::text;
use certctl_connector_api::notifier::NotifierEnv;
use certctl_connector_api::{ConfigError, ConnectorError, ErrorKind};
use certctl_domain::id::ChannelId;
use certctl_domain::retry::FailureClass;
use certctl_domain::{Clock, Timestamp};
use certctl_outbound::{Address, Answer, HeaderMap, HeaderValue, Outbound, OutboundError, header};
use chrono::DateTime;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// Longest time for name, connection and TLS.
const CONNECT: Duration = Duration::from_secs(10);
const JSON: &str = "application/json; charset=utf-8";
/// Longest reason of the other side that is repeated.
const LONGEST_REASON: usize = 160;

/// The way to one channel.
#[derive(Debug)]
pub(crate) struct Post {
    outbound: Outbound,
    clock: Arc<dyn Clock>,
    /// For messages, for example `Slack channel nc-ops`.
    name: String,
}

impl Post {
    pub(crate) fn new(service: &str, id: &ChannelId, env: &NotifierEnv) -> Result<Self, Vec<ConfigError>> {
        let outbound = Outbound::builder()
            .policy(env.egress.clone())
            .timeout(env.time_limit)
            .connect_timeout(env.time_limit.min(CONNECT))
            .extra_roots_pem(env.extra_roots_pem.clone())
            .build()
            .map_err(|error| vec![ConfigError::new("", error.to_string())])?;
        Ok(Self { outbound, clock: Arc::clone(&env.clock), name: format!("{service} channel {id}") })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Posts a JSON document.
    pub(crate) async fn json(
        &self,
        address: &Address,
        headers: HeaderMap,
        document: &Value,
    ) -> Result<Answer, ConnectorError> {
        self.bytes(address, headers, document.to_string().into_bytes()).await
    }

    /// Posts bytes, as JSON unless the headers say otherwise.
    pub(crate) async fn bytes(
        &self,
        address: &Address,
        mut headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, ConnectorError> {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(JSON));
        self.outbound.post(address, headers, body).await.map_err(|error| self.unreachable(error))
    }

    fn unreachable(&self, error: OutboundError) -> ConnectorError {
        let told = |what: &str| format!("{} {what}", self.name);
        match &error {
            OutboundError::Refused(_) => ConnectorError::permanent(
                ErrorKind::Validation,
                told("leads where certctl does not connect to"),
            ),
            OutboundError::Timeout { .. } => {
                ConnectorError::transient(ErrorKind::Timeout, told("did not take the message in time"))
            }
            OutboundError::Tls { .. } => ConnectorError::transient(
                ErrorKind::Network,
                told(
                    "could not be reached securely; check its certificate and the roots that certctl trusts",
                ),
            ),
            OutboundError::Network { .. } => {
                ConnectorError::transient(ErrorKind::Network, told("could not be reached"))
            }
        }
        .caused_by(error)
    }

    /// Ends in an error unless the status is 2xx. `reason` is what the other side says about it in
    /// its documented way; the rest of an answer is never repeated, for it may hold anything.
    pub(crate) fn expect_success(&self, answer: &Answer, reason: Option<&str>) -> Result<(), ConnectorError> {
        if answer.is_success() {
            return Ok(());
        }
        Err(self.refused(answer, reason))
    }

    /// What a status outside 2xx means.
    pub(crate) fn refused(&self, answer: &Answer, reason: Option<&str>) -> ConnectorError {
        let status = answer.status;
        let pause = answer.header("retry-after").and_then(|text| pause(text, self.now()));
        let (kind, class, advice) = match (status, pause) {
            (300..=399, _) => (
                ErrorKind::Upstream4xx,
                FailureClass::Permanent,
                "certctl follows no redirects; configure the address it leads to",
            ),
            (408, _) => (ErrorKind::Timeout, FailureClass::Transient, ""),
            (429, pause) => (ErrorKind::RateLimited, FailureClass::Throttled(pause), ""),
            (503, Some(pause)) => (ErrorKind::Upstream5xx, FailureClass::Throttled(Some(pause)), ""),
            (425, _) => (ErrorKind::Upstream4xx, FailureClass::Transient, ""),
            (500..=599, _) => (ErrorKind::Upstream5xx, FailureClass::Transient, ""),
            (401 | 403, _) => {
                (ErrorKind::Auth, FailureClass::Permanent, "check the address and the key of the channel")
            }
            (404 | 410, _) => (
                ErrorKind::Upstream4xx,
                FailureClass::Permanent,
                "the address does not exist or no longer; check it",
            ),
            _ => (ErrorKind::Upstream4xx, FailureClass::Permanent, ""),
        };
        self.error(kind, class, &format!("answered HTTP {status}"), reason, advice)
    }

    /// An error about this channel.
    pub(crate) fn error(
        &self,
        kind: ErrorKind,
        class: FailureClass,
        what: &str,
        reason: Option<&str>,
        advice: &str,
    ) -> ConnectorError {
        let mut message = format!("{} {what}", self.name);
        if let Some(reason) = reason {
            message.extend([" (", text::clip(&text::line(reason), LONGEST_REASON).as_str(), ")"]);
        }
        if !advice.is_empty() {
            message.push_str("; ");
            message.push_str(advice);
        }
        ConnectorError { kind, class, message, source: None }
    }
}

/// `Retry-After`: seconds, or a date.
fn pause(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp::from_datetime(until.to_utc()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_read_as_seconds_and_as_dates() {
        let now = Timestamp::parse_rfc3339("2026-11-21T10:00:00Z").unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sat, 21 Nov 2026 10:00:30 GMT", Some(30)),
            ("Sat, 21 Nov 2026 09:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
        ] {
            assert_eq!(pause(text, now).map(|pause| pause.as_secs()), seconds, "{text}");
        }
    }
}
