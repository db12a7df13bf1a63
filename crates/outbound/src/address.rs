//! URLs of the other side.

use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

const LONGEST: usize = 4096;

/// An `http` or `https` URL with a host. Its path or query is often a secret (webhooks), so
/// `Debug` shows the host only and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

/// Why a text is no [`Address`]. Never quotes the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL at all.
    #[error("is not a URL such as https://hooks.example.com/path")]
    NotAUrl,
    /// Another scheme.
    #[error("must begin with https:// or http://")]
    Scheme,
    /// URL parsers drop or change these silently.
    #[error("must be free of spaces, control characters and backslashes")]
    Characters,
    /// Longer than any real one.
    #[error("must be at most 4096 bytes long")]
    Length,
}

impl Address {
    /// Parses a URL.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.len() > LONGEST {
            return Err(AddressError::Length);
        }
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(AddressError::Characters);
        }
        let url = Url::parse(text).or(Err(AddressError::NotAUrl))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme);
        }
        if url.host().is_none() {
            return Err(AddressError::NotAUrl);
        }
        Ok(Self(url))
    }

    /// The address below this one: each segment is one step of the path, whatever is in it.
    pub fn below(&self, segments: &[&str]) -> Self {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        Self(url)
    }

    /// With one more query parameter.
    pub fn with_query(&self, name: &str, value: &str) -> Self {
        let mut url = self.0.clone();
        url.query_pairs_mut().append_pair(name, value);
        Self(url)
    }

    /// The host, for messages.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The IP address that stands in place of a name. Every spelling counts (`2130706433`,
    /// `0x7f.1`, full-width digits): the parser has turned them into the address they mean.
    pub fn literal(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// Whether the traffic is encrypted.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}://{}/…)", self.0.scheme(), self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_with_a_host_are_taken() {
        for (text, error) in [
            ("hooks.example.com/x", AddressError::NotAUrl),
            ("https://", AddressError::NotAUrl),
            ("https://999.1.1.1/", AddressError::NotAUrl),
            ("https://[fe80::1%25eth0]/", AddressError::NotAUrl),
            ("file:///etc/passwd", AddressError::Scheme),
            ("gopher://example.com/", AddressError::Scheme),
            ("ftp://example.com/", AddressError::Scheme),
            ("https://exam\nple.com/", AddressError::Characters),
            ("https://example.com\\@127.0.0.1/", AddressError::Characters),
            (" https://example.com/", AddressError::Characters),
            (&format!("https://example.com/{}", "x".repeat(LONGEST)), AddressError::Length),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn every_spelling_of_an_ip_address_is_recognised() {
        for text in [
            "http://127.0.0.1/",
            "http://127.0.0.1./",
            "http://2130706433/",
            "http://017700000001/",
            "http://0x7f.1/",
            "http://0x7F000001:80/",
            "http://127.1/",
            "http://%31%32%37.0.0.1/",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://user@127.0.0.1/",
            "http://example.com@127.0.0.1/",
        ] {
            let literal = Address::parse(text).unwrap().literal();
            assert_eq!(literal, Some("127.0.0.1".parse().unwrap()), "{text}");
        }
        let mapped = Address::parse("http://[::FFFF:127.0.0.1]/").unwrap().literal();
        assert_eq!(mapped, Some("::ffff:127.0.0.1".parse().unwrap()));
        assert_eq!(Address::parse("http://127.0.0.1.example.com/").unwrap().literal(), None);
    }

    #[test]
    fn what_is_appended_stays_one_step_of_the_path() {
        let base = Address::parse("https://api.example.com/base/?region=eu").unwrap();
        let below = base.below(&["v2", "certctl/a b?c#d%", "close"]).with_query("by", "a&b");
        assert_eq!(
            below.url().as_str(),
            "https://api.example.com/base/v2/certctl%2Fa%20b%3Fc%23d%25/close?region=eu&by=a%26b"
        );
    }

    #[test]
    fn debug_output_hides_what_may_be_secret() {
        let address = Address::parse("https://user:pw@hooks.example.com/T0/B0/secret?sig=secret").unwrap();
        assert_eq!(format!("{address:?}"), "Address(https://hooks.example.com/…)");
    }
}
