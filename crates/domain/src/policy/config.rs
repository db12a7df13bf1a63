//! What each type of rule wants.

use super::{DomainPattern, PolicyType};
use crate::id::IssuerId;
use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde::{Deserialize as Read, Serialize};
use std::collections::BTreeSet;

const MAX_ENTRIES: usize = 500;
const MAX_DAYS: u32 = 36_500;

/// Issuers that may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct AllowedIssuers {
    /// Ids.
    pub allowed_issuer_ids: Vec<IssuerId>,
}

/// Domains below which every name has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct AllowedDomains {
    /// Patterns; a name matches one of them.
    pub allowed_domains: Vec<DomainPattern>,
}

/// Tags that have to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct RequiredMetadata {
    /// Keys of the tags; their values may not be empty.
    pub required_keys: Vec<String>,
}

/// Environments that may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct AllowedEnvironments {
    /// Exact values; the empty text stands for certificates without an environment.
    pub allowed: Vec<String>,
}

/// How early renewal has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct RenewalLeadTime {
    /// Days before the end.
    pub lead_time_days: u32,
}

/// How long a leaf may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub struct CertificateLifetime {
    /// Days from its first to its last instant.
    pub max_days: u32,
}

/// The type of a rule with what it wants. Serialises as the latter alone; [`PolicyType`] is the
/// seed that reads it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PolicyConfig {
    /// The issuer is one of a list.
    AllowedIssuers(AllowedIssuers),
    /// Every name is below one of a list of domains.
    AllowedDomains(AllowedDomains),
    /// Tags are there and not empty.
    RequiredMetadata(RequiredMetadata),
    /// The environment is one of a list.
    AllowedEnvironments(AllowedEnvironments),
    /// The certificate is renewed some days before its end.
    RenewalLeadTime(RenewalLeadTime),
    /// The newest leaf lives no longer than some days.
    CertificateLifetime(CertificateLifetime),
}

impl<'de> DeserializeSeed<'de> for PolicyType {
    type Value = PolicyConfig;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<PolicyConfig, D::Error> {
        Ok(match self {
            Self::AllowedIssuers => PolicyConfig::AllowedIssuers(Deserialize::deserialize(input)?),
            Self::AllowedDomains => PolicyConfig::AllowedDomains(Deserialize::deserialize(input)?),
            Self::RequiredMetadata => PolicyConfig::RequiredMetadata(Deserialize::deserialize(input)?),
            Self::AllowedEnvironments => PolicyConfig::AllowedEnvironments(Deserialize::deserialize(input)?),
            Self::RenewalLeadTime => PolicyConfig::RenewalLeadTime(Deserialize::deserialize(input)?),
            Self::CertificateLifetime => PolicyConfig::CertificateLifetime(Deserialize::deserialize(input)?),
        })
    }
}

/// A value that would make a rule without effect, or unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Path inside the configuration, for example `required_keys[2]`.
    pub field: String,
    /// Stable reason: `required`, `too_many`, `invalid_length` or `invalid_value`.
    pub code: &'static str,
    /// What would be right.
    pub message: String,
}

impl PolicyConfig {
    /// Type of the rule.
    pub const fn kind(&self) -> PolicyType {
        match self {
            Self::AllowedIssuers(_) => PolicyType::AllowedIssuers,
            Self::AllowedDomains(_) => PolicyType::AllowedDomains,
            Self::RequiredMetadata(_) => PolicyType::RequiredMetadata,
            Self::AllowedEnvironments(_) => PolicyType::AllowedEnvironments,
            Self::RenewalLeadTime(_) => PolicyType::RenewalLeadTime,
            Self::CertificateLifetime(_) => PolicyType::CertificateLifetime,
        }
    }

    /// Refuses what would do nothing, and drops repetitions.
    pub fn canonical(mut self) -> Result<Self, Vec<ConfigProblem>> {
        let problems = match &mut self {
            Self::AllowedIssuers(config) => tidy("allowed_issuer_ids", &mut config.allowed_issuer_ids),
            Self::AllowedDomains(config) => tidy("allowed_domains", &mut config.allowed_domains),
            Self::RequiredMetadata(config) => {
                let mut problems = texts("required_keys", &config.required_keys, 1, 128);
                problems.extend(tidy("required_keys", &mut config.required_keys));
                problems
            }
            Self::AllowedEnvironments(config) => {
                let mut problems = texts("allowed", &config.allowed, 0, 50);
                problems.extend(tidy("allowed", &mut config.allowed));
                problems
            }
            Self::RenewalLeadTime(config) => days("lead_time_days", config.lead_time_days),
            Self::CertificateLifetime(config) => days("max_days", config.max_days),
        };
        if problems.is_empty() { Ok(self) } else { Err(problems) }
    }
}

/// Checks the length of a list and drops repetitions.
fn tidy<T: Ord + Clone>(field: &str, entries: &mut Vec<T>) -> Vec<ConfigProblem> {
    let problem = |code, message: String| vec![ConfigProblem { field: field.to_owned(), code, message }];
    if entries.is_empty() {
        return problem(
            "required",
            "name at least one: a rule with an empty list would do nothing".to_owned(),
        );
    }
    if entries.len() > MAX_ENTRIES {
        return problem("too_many", format!("at most {MAX_ENTRIES} are allowed"));
    }
    let mut seen = BTreeSet::new();
    entries.retain(|entry| seen.insert(entry.clone()));
    Vec::new()
}

fn texts(field: &str, entries: &[String], min: usize, max: usize) -> Vec<ConfigProblem> {
    let sound =
        |text: &str| (min..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let unsound = entries.iter().enumerate().filter(|(_, text)| !sound(text)).take(MAX_ENTRIES);
    unsound
        .map(|(at, _)| ConfigProblem {
            field: format!("{field}[{at}]"),
            code: "invalid_length",
            message: format!("must have {min} to {max} characters and no control characters"),
        })
        .collect()
}

fn days(field: &str, days: u32) -> Vec<ConfigProblem> {
    if (1..=MAX_DAYS).contains(&days) {
        return Vec::new();
    }
    let message = format!("must be 1 to {MAX_DAYS}");
    vec![ConfigProblem { field: field.to_owned(), code: "invalid_value", message }]
}
