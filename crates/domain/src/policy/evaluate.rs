//! Whether a certificate breaks a rule.

use super::{PolicyConfig, PolicyRule};
use crate::Timestamp;
use crate::certificate::{Certificate, CertificateStatus};
use crate::san::San;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
/// Most characters of one offender in a message.
const SHOWN: usize = 200;

/// What a certificate is judged by.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    certificate: &'a Certificate,
    names: BTreeSet<San>,
    lifetime: Option<Duration>,
    now: Timestamp,
}

impl<'a> Facts<'a> {
    /// A certificate at `now`, with the time from the first to the last instant of its newest leaf.
    pub fn new(certificate: &'a Certificate, lifetime: Option<Duration>, now: Timestamp) -> Self {
        Self { certificate, names: certificate.names(), lifetime, now }
    }
}

/// Says how a certificate breaks a rule, naming the first offender; nothing when it keeps to it.
/// Whether the rule is enabled is not looked at.
pub fn evaluate(rule: &PolicyRule, facts: &Facts<'_>) -> Option<String> {
    let certificate = facts.certificate;
    match &rule.config {
        PolicyConfig::AllowedIssuers(config) => {
            let issuer = &certificate.issuer_id;
            let allowed = config.allowed_issuer_ids.contains(issuer);
            (!allowed).then(|| format!("issuer {issuer} is not one of the allowed issuers"))
        }
        PolicyConfig::AllowedDomains(config) => {
            let allowed = |name: &&San| config.allowed_domains.iter().any(|pattern| pattern.allows(name));
            let offender = facts.names.iter().find(|name| !allowed(name))?;
            Some(format!("the name {} is in none of the allowed domains", shown(&offender.to_string())))
        }
        PolicyConfig::RequiredMetadata(config) => {
            let missing = |key: &&String| certificate.tags.get(*key).is_none_or(String::is_empty);
            let key = config.required_keys.iter().find(missing)?;
            Some(format!("the tag {} is missing or empty", shown(key)))
        }
        PolicyConfig::AllowedEnvironments(config) => {
            if config.allowed.contains(&certificate.environment) {
                return None;
            }
            Some(match certificate.environment.as_str() {
                "" => "the certificate has no environment".to_owned(),
                other => format!("the environment {} is not one of the allowed ones", shown(other)),
            })
        }
        PolicyConfig::RenewalLeadTime(config) => {
            let left = certificate.expires_at?.since(facts.now);
            let late = !left.is_zero() && left < DAY * config.lead_time_days;
            (late && certificate.status != CertificateStatus::Revoked).then(|| {
                format!(
                    "the certificate ends in {}; it should have been renewed {} days before its end",
                    span(left),
                    config.lead_time_days
                )
            })
        }
        PolicyConfig::CertificateLifetime(config) => {
            let lifetime = facts.lifetime?;
            (lifetime > DAY * config.max_days).then(|| {
                format!("the lifetime of {} is longer than {} days", span(lifetime), config.max_days)
            })
        }
    }
}

/// Text of a user inside a message.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Days, and what is left of a day in its two largest units.
fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let parts = [(seconds / 86_400, "day"), (seconds / 3600 % 24, "hour"), (seconds / 60 % 60, "minute")];
    let mut text = String::new();
    for (count, unit) in parts.into_iter().filter(|(count, _)| *count > 0) {
        let plural = if count == 1 { "" } else { "s" };
        // Writing to a text cannot fail.
        let _ = write!(text, "{}{count} {unit}{plural}", if text.is_empty() { "" } else { " " });
    }
    if text.is_empty() { format!("{seconds} seconds") } else { text }
}
