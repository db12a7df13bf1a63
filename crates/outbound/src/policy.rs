//! Which addresses may be connected to.

use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses certctl may connect to: all that are not reserved for the host itself, its link or the
/// cloud it runs in, and those that the operator allows. Private networks (RFC 1918, ULA) are where
/// the systems of a self-hosted product live, so they are allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    allowed: Vec<IpNet>,
}

/// An address that may not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "certctl does not connect to {address}, which is {class}; allow it with CERTCTL_EGRESS_ALLOW if it is meant"
)]
pub struct Refused {
    /// The address.
    pub address: IpAddr,
    /// What it is reserved for.
    pub class: &'static str,
}

/// Addresses outside the link-local range at which clouds serve credentials to their machines.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

impl EgressPolicy {
    /// Allows these networks too, reserved or not.
    pub const fn allowing(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Whether `address` may be connected to.
    pub fn check(&self, address: IpAddr) -> Result<(), Refused> {
        // Every spelling of an IPv4 address in IPv6 is the IPv4 address.
        let meant = embedded(address).map_or(address, IpAddr::V4);
        if self.allowed.iter().any(|net| net.contains(&address) || net.contains(&meant)) {
            return Ok(());
        }
        match reserved(meant) {
            Some(class) => Err(Refused { address, class }),
            None => Ok(()),
        }
    }
}

/// The IPv4 address in an IPv4-mapped, IPv4-compatible, NAT64 (RFC 6052) or 6to4 address.
fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let words = v6.segments();
    let at = |first: usize| {
        let half = |n: usize| words.get(n).copied().map_or(0, u32::from);
        Ipv4Addr::from((half(first) << 16) | half(first + 1))
    };
    match words {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(at(6)),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => Some(at(6)),
        [0x2002, ..] => Some(at(1)),
        _ => None,
    }
}

fn reserved(address: IpAddr) -> Option<&'static str> {
    if METADATA.contains(&address) {
        return Some("a metadata service");
    }
    let class = match address {
        IpAddr::V4(v4) => [
            (v4.is_loopback(), "this host"),
            (v4.octets()[0] == 0, "this network"),
            (v4.is_link_local(), "link-local, where metadata services live"),
            (v4.is_multicast(), "multicast"),
            (v4.is_broadcast(), "broadcast"),
        ]
        .into_iter()
        .find(|(is, _)| *is),
        IpAddr::V6(v6) => [
            (v6.is_loopback(), "this host"),
            (v6.is_unspecified(), "no address"),
            (v6.is_unicast_link_local(), "link-local"),
            (v6.is_multicast(), "multicast"),
        ]
        .into_iter()
        .find(|(is, _)| *is),
    };
    class.map(|(_, class)| class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &EgressPolicy, address: &str) -> bool {
        policy.check(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn the_host_its_link_and_its_cloud_are_refused_in_every_spelling() {
        let policy = EgressPolicy::default();
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "100.100.100.200",
            "::",
            "::1",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
        ] {
            assert!(!check(&policy, address), "{address}");
        }
        for address in ["192.0.2.1", "10.1.2.3", "192.168.1.1", "2001:db8::1", "fd12::1", "::ffff:10.0.0.1"] {
            assert!(check(&policy, address), "{address}");
        }
    }

    #[test]
    fn what_the_operator_allows_is_allowed_and_nothing_beside_it() {
        let policy = EgressPolicy::allowing(vec!["127.0.0.1/32".parse().unwrap()]);
        assert!(check(&policy, "127.0.0.1") && check(&policy, "::ffff:127.0.0.1"));
        assert!(!check(&policy, "127.0.0.2") && !check(&policy, "::1"));
    }

    #[test]
    fn a_refusal_says_how_to_allow_it() {
        let told = EgressPolicy::default().check("127.0.0.1".parse().unwrap()).unwrap_err().to_string();
        assert!(
            told.contains("127.0.0.1, which is this host") && told.contains("CERTCTL_EGRESS_ALLOW"),
            "{told}"
        );
    }
}
