//! Where a request comes from, when proxies stand in between.

use actix_web::http::header::{self, HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = header::X_FORWARDED_FOR;

/// More hops than any real chain; what lies beyond is not read.
const MOST_HOPS: usize = 32;

/// The proxies whose `X-Forwarded-For` or `Forwarded` header is believed. None by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Believes peers in these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind `peer`: going from the peer outwards, the first address that is not a
    /// trusted proxy. A header that cannot be read is followed as far as it can be; two headers that
    /// tell different stories are both ignored, because a client could have sent either.
    pub(crate) fn client_of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let follow = |hops: Option<Vec<Option<IpAddr>>>| hops.map(|hops| self.outermost(peer, hops));
        match (follow(forwarded_for(headers)), follow(forwarded(headers))) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(client), _) | (None, Some(client)) => client,
            (None, None) => peer,
        }
    }

    fn outermost(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for hop in hops.into_iter().rev().take(MOST_HOPS) {
            match hop {
                Some(address) => client = address.to_canonical(),
                None => break,
            }
            if !self.trusts(client) {
                break;
            }
        }
        client
    }
}

/// The entries of every `X-Forwarded-For` header, the nearest last.
fn forwarded_for(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    entries(headers, &X_FORWARDED_FOR, address)
}

/// The `for` parameters of every `Forwarded` header (RFC 7239), the nearest last.
fn forwarded(headers: &HeaderMap) -> Option<Vec<Option<IpAddr>>> {
    entries(headers, &header::FORWARDED, |entry| {
        let node = entry.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
        })?;
        address(node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node))
    })
}

fn entries(
    headers: &HeaderMap,
    name: &HeaderName,
    read: impl Fn(&str) -> Option<IpAddr>,
) -> Option<Vec<Option<IpAddr>>> {
    let mut found = Vec::new();
    for value in headers.get_all(name) {
        match value.to_str() {
            Ok(text) => found.extend(text.split(',').map(|entry| read(entry.trim()))),
            Err(_unreadable) => found.push(None),
        }
    }
    (!found.is_empty()).then_some(found)
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn client(trusted: &[&str], peer: &str, sent: &[(&'static str, &'static str)]) -> String {
        let proxies = TrustedProxies::new(trusted.iter().map(|network| network.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        proxies.client_of(peer.parse().unwrap(), &headers).to_string()
    }

    const XFF: &str = "x-forwarded-for";

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(client(&[], "192.0.2.1", &[(XFF, "198.51.100.9")]), "192.0.2.1");
        assert_eq!(client(&["10.0.0.0/8"], "192.0.2.1", &[(XFF, "10.1.1.1")]), "192.0.2.1");
    }

    #[test]
    fn the_nearest_hop_that_is_no_trusted_proxy_is_the_client() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        let of = |sent: &[(&'static str, &'static str)]| client(&trusted, "10.0.0.1", sent);
        assert_eq!(of(&[]), "10.0.0.1");
        assert_eq!(of(&[(XFF, "198.51.100.9")]), "198.51.100.9");
        // What the client itself wrote stands on the left and changes nothing.
        assert_eq!(of(&[(XFF, "127.0.0.1, 198.51.100.9, 10.0.0.7")]), "198.51.100.9");
        assert_eq!(of(&[(XFF, "127.0.0.1"), (XFF, "198.51.100.9")]), "198.51.100.9");
        assert_eq!(of(&[(XFF, "10.0.0.8, 10.0.0.7")]), "10.0.0.8");
        assert_eq!(of(&[(XFF, "198.51.100.9:4711")]), "198.51.100.9");
        assert_eq!(of(&[(XFF, "[2001:db9::7]:443")]), "2001:db9::7");
        assert_eq!(
            of(&[("forwarded", "for=127.0.0.1, for=\"[2001:db9::7]:443\";proto=https")]),
            "2001:db9::7"
        );
        assert_eq!(client(&trusted, "::ffff:10.0.0.1", &[(XFF, "::ffff:198.51.100.9")]), "198.51.100.9");
    }

    #[test]
    fn what_cannot_be_read_ends_the_chain() {
        let of = |sent: &[(&'static str, &'static str)]| client(&["10.0.0.0/8"], "10.0.0.1", sent);
        for odd in ["", "unknown", "_hidden", "1.2.3", "198.51.100.9, <script>", "a\tb"] {
            assert_eq!(of(&[(XFF, odd)]), "10.0.0.1", "{odd:?}");
        }
        assert_eq!(of(&[(XFF, "198.51.100.9, junk, 10.0.0.3")]), "10.0.0.3");
        assert_eq!(of(&[("forwarded", "by=198.51.100.9")]), "10.0.0.1");
    }

    #[test]
    fn two_headers_that_disagree_are_both_ignored() {
        let of = |sent: &[(&'static str, &'static str)]| client(&["10.0.0.0/8"], "10.0.0.1", sent);
        assert_eq!(of(&[(XFF, "198.51.100.9"), ("forwarded", "for=203.0.113.5")]), "10.0.0.1");
        assert_eq!(of(&[(XFF, "198.51.100.9"), ("forwarded", "for=198.51.100.9")]), "198.51.100.9");
    }
}
