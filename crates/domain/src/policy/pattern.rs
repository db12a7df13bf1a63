//! Domains that a rule allows.

use crate::san::San;
use std::fmt;
use std::str::FromStr;

/// A name as it is, or `*.domain`: exactly one label below a domain. Canonical like [`San`]:
/// lower case, and internationalised names as A-labels, so that no two spellings mean one name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DomainPattern {
    /// This name. A DNS name also stands for mail addresses and URIs of that host.
    Exact(San),
    /// Exactly one label below this domain.
    OneBelow(String),
}

/// Why a text is not a domain pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{value}` is not a domain: use a name such as `example.com`, or `*.example.com` for exactly one label below it, internationalised names as xn-- A-labels"
)]
pub struct PatternError {
    /// The offending text, cut at 256 characters.
    pub value: String,
}

impl DomainPattern {
    /// Whether a name of a certificate is allowed by this pattern. Of a mail address or a URI the
    /// host counts; an address or a URI without a host has to be listed as it is.
    pub fn allows(&self, name: &San) -> bool {
        match self {
            Self::Exact(allowed) if allowed == name => true,
            Self::Exact(San::Dns(allowed)) => host(name) == Some(allowed),
            Self::Exact(_) => false,
            Self::OneBelow(domain) => host(name)
                .and_then(|host| host.split_once('.'))
                .is_some_and(|(label, rest)| !label.is_empty() && rest == domain),
        }
    }
}

/// The DNS name that a name belongs to.
fn host(name: &San) -> Option<&str> {
    match name {
        San::Dns(host) => Some(host),
        San::Email(address) => address.rsplit_once('@').map(|(_, domain)| domain),
        San::Uri(uri) => {
            let authority = uri.split_once("://")?.1;
            let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
            let authority = authority.get(..end)?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            Some(host.split_once(':').map_or(host, |(host, _port)| host))
        }
        San::Ip(_) => None,
    }
}

impl FromStr for DomainPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let refused = |_| PatternError { value: text.chars().take(256).collect() };
        match text.strip_prefix("*.") {
            // A wildcard below a wildcard is no DNS name, so it is refused here too.
            Some(domain) => match San::dns(domain).map_err(refused)? {
                San::Dns(domain) if !domain.starts_with('*') => Ok(Self::OneBelow(domain)),
                other => Err(PatternError { value: other.to_string() }),
            },
            None => San::parse(text).map(Self::Exact).map_err(refused),
        }
    }
}

impl fmt::Display for DomainPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => name.fmt(f),
            Self::OneBelow(domain) => write!(f, "*.{domain}"),
        }
    }
}

impl serde::Serialize for DomainPattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for DomainPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
