//! Subject alternative names, typed and in canonical form.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// A subject alternative name (RFC 5280 §4.2.1.6) in canonical form: DNS names, mail domains
/// and URI schemes and hosts in lower case, no trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum San {
    /// dNSName; a wildcard only as the whole leftmost label.
    Dns(String),
    /// iPAddress.
    Ip(IpAddr),
    /// rfc822Name.
    Email(String),
    /// uniformResourceIdentifier, absolute.
    Uri(String),
}

/// Why a text is not a usable name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not a valid name: {reason}")]
pub struct SanError {
    /// The offending text, cut at 256 characters.
    pub value: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl San {
    /// Reads an untyped name as users write it: an IP literal, a text with `://` or a
    /// `spiffe:`/`urn:` scheme (URI), a text with `@` (mail address), else a DNS name.
    pub fn parse(text: &str) -> Result<Self, SanError> {
        let text = text.trim();
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Ok(Self::Ip(ip));
        }
        if text.contains("://") || text.starts_with("urn:") {
            return Self::uri(text);
        }
        if text.contains('@') {
            return Self::email(text);
        }
        Self::dns(text)
    }

    /// A DNS name: LDH labels of 1 to 63 octets, at most 253 in all, wildcard leftmost only.
    /// Internationalised names must already be A-labels (`xn--…`).
    pub fn dns(text: &str) -> Result<Self, SanError> {
        let refuse = |reason| Err(refusal(text, reason));
        let name = text.to_ascii_lowercase();
        if name.is_empty() {
            return refuse("it is empty");
        }
        if name.len() > 253 {
            return refuse("a DNS name has at most 253 octets");
        }
        if name.ends_with('.') {
            return refuse("it ends with a dot");
        }
        let (wildcard, rest) = name.strip_prefix("*.").map_or((false, name.as_str()), |rest| (true, rest));
        for label in rest.split('.') {
            if label.is_empty() || label.len() > 63 {
                return refuse("each label has 1 to 63 octets");
            }
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return refuse(
                    "labels hold letters, digits and hyphens (internationalised names as xn-- A-labels)",
                );
            }
            if label.starts_with('-') || label.ends_with('-') {
                return refuse("a label may not begin or end with a hyphen");
            }
        }
        if wildcard && !rest.contains('.') {
            return refuse("a wildcard needs at least two labels after it");
        }
        if rest.rsplit('.').next().is_some_and(|top| top.bytes().all(|b| b.is_ascii_digit())) {
            return refuse("the last label is all digits, so it looks like an IP address");
        }
        Ok(Self::Dns(name))
    }

    /// A mail address, `local@domain`, ASCII.
    pub fn email(text: &str) -> Result<Self, SanError> {
        let Some((local, domain)) = text.rsplit_once('@') else {
            return Err(refusal(text, "a mail address needs one @"));
        };
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.bytes().all(|b| b.is_ascii_graphic() && !b"@<>()[],;:\\\"".contains(&b));
        if !local_ok {
            return Err(refusal(text, "the part before the @ is not a plain mailbox name"));
        }
        match Self::dns(domain) {
            Ok(Self::Dns(domain)) if !domain.starts_with('*') => Ok(Self::Email(format!("{local}@{domain}"))),
            _ => Err(refusal(text, "the part after the @ is not a DNS name")),
        }
    }

    /// An absolute URI with a scheme, ASCII, no spaces or control characters.
    pub fn uri(text: &str) -> Result<Self, SanError> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(refusal(text, "a URI needs a scheme"));
        };
        let scheme_ok = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        if !scheme_ok || rest.is_empty() || text.len() > 2048 {
            return Err(refusal(text, "it is not an absolute URI of at most 2048 octets"));
        }
        if !text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&b)) {
            return Err(refusal(text, "a URI holds printable ASCII only"));
        }
        let scheme = scheme.to_ascii_lowercase();
        let canonical = match rest.strip_prefix("//") {
            Some(after) => {
                let end = after.find(['/', '?', '#']).unwrap_or(after.len());
                let (authority, path) = after.split_at(end);
                if authority.is_empty() {
                    return Err(refusal(text, "the URI has no host"));
                }
                format!("{scheme}://{}{path}", authority.to_ascii_lowercase())
            }
            None => format!("{scheme}:{rest}"),
        };
        Ok(Self::Uri(canonical))
    }

    /// Kind of the name: `dns`, `ip`, `email` or `uri`. Stored beside the value.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Dns(_) => "dns",
            Self::Ip(_) => "ip",
            Self::Email(_) => "email",
            Self::Uri(_) => "uri",
        }
    }

    /// Rebuilds a name from its stored kind and value.
    pub fn from_stored(kind: &str, value: &str) -> Result<Self, SanError> {
        match kind {
            "dns" => Self::dns(value),
            "ip" => value.parse().map(Self::Ip).map_err(|_bad_ip| refusal(value, "it is not an IP address")),
            "email" => Self::email(value),
            "uri" => Self::uri(value),
            _ => Err(refusal(value, "its stored kind is unknown")),
        }
    }
}

fn refusal(text: &str, reason: &'static str) -> SanError {
    SanError { value: text.chars().take(256).collect(), reason }
}

impl fmt::Display for San {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => f.pad(text),
            Self::Ip(ip) => f.pad(&ip.to_string()),
        }
    }
}

/// The set of names of a certificate: the listed SANs plus the common name, when that is a
/// name at all. Ordered and without duplicates.
pub fn name_set(common_name: &str, sans: &[San]) -> BTreeSet<San> {
    sans.iter().cloned().chain(San::parse(common_name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untyped_names_are_typed() {
        assert_eq!(San::parse("WWW.Example.com"), Ok(San::Dns("www.example.com".into())));
        assert_eq!(San::parse("localhost"), Ok(San::Dns("localhost".into())));
        assert_eq!(San::parse("10.0.0.1"), Ok(San::Ip("10.0.0.1".parse().unwrap())));
        assert_eq!(San::parse("2001:DB8::1"), Ok(San::Ip("2001:db8::1".parse().unwrap())));
        assert_eq!(San::parse("Ops@Example.com"), Ok(San::Email("Ops@example.com".into())));
        assert_eq!(San::parse("SPIFFE://Trust/a/B"), Ok(San::Uri("spiffe://trust/a/B".into())));
    }

    #[test]
    fn malformed_names_are_refused() {
        let bad = [
            "",
            ".",
            "a.",
            "a..b",
            "*",
            "*.com",
            "a.*.com",
            "-a.com",
            "a_b.com",
            "1.2.3",
            "a b",
            "@x",
            "x@",
            "x@*.a.com",
            "http://",
            "http:// x",
            "ex\u{e4}mple.com",
            "a\u{202e}b.com",
        ];
        for text in bad {
            assert!(San::parse(text).is_err(), "{text:?} was accepted as {:?}", San::parse(text));
        }
    }

    #[test]
    fn stored_names_come_back_equal() {
        for text in ["a.example.com", "*.example.com", "::1", "a@example.com", "urn:x:y"] {
            let san = San::parse(text).unwrap();
            assert_eq!(San::from_stored(san.kind(), &san.to_string()), Ok(san));
        }
    }
}
