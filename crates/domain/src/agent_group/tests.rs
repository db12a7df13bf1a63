use super::*;
use crate::agent::AgentStatus;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds)
}

fn group() -> AgentGroup {
    AgentGroup {
        id: AgentGroupId::parse("grp-one").unwrap(),
        name: "One".to_owned(),
        description: String::new(),
        match_os: String::new(),
        match_architecture: String::new(),
        match_ip_cidr: String::new(),
        match_version: String::new(),
        enabled: true,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn agent() -> Agent {
    Agent {
        id: AgentId::parse("agent-one").unwrap(),
        name: "one".to_owned(),
        hostname: "one.example.com".to_owned(),
        status: AgentStatus::Offline,
        last_heartbeat_at: None,
        registered_at: at(0),
        credential_hash: String::new(),
        os: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        ip_address: "192.0.2.77".to_owned(),
        version: "1.4.2".to_owned(),
        retired_at: None,
        retired_reason: None,
    }
}

fn fits(group: &AgentGroup, agent: &Agent) -> bool {
    group.matcher().unwrap().is_member(agent, None)
}

#[test]
fn every_criterion_that_is_set_must_fit_and_none_fits_nobody() {
    assert!(!fits(&group(), &agent()));
    let all = AgentGroup {
        match_os: "Linux".to_owned(),
        match_architecture: "AMD64".to_owned(),
        match_ip_cidr: "192.0.2.64/26".to_owned(),
        match_version: ">=1.4, <2".to_owned(),
        ..group()
    };
    assert!(fits(&all, &agent()));
    for other in [
        Agent { os: "windows".to_owned(), ..agent() },
        Agent { architecture: String::new(), ..agent() },
        Agent { ip_address: "192.0.2.1".to_owned(), ..agent() },
        Agent { version: "2.0.0".to_owned(), ..agent() },
    ] {
        assert!(!fits(&all, &other), "{other:?}");
    }
}

#[test]
fn networks_contain_addresses_and_not_texts() {
    let within = |cidr: &str, address: &str| {
        let group = AgentGroup { match_ip_cidr: cidr.to_owned(), ..group() };
        fits(&group, &Agent { ip_address: address.to_owned(), ..agent() })
    };
    for (cidr, address) in [
        ("10.0.0.0/8", "10.255.1.2"),
        // Bits beyond the prefix do not matter.
        ("10.1.2.3/8", "10.0.0.1"),
        ("10.1.2.3", "10.1.2.3"),
        ("0.0.0.0/0", "203.0.113.9"),
        ("2001:db8::/32", "2001:DB8:0:1::5"),
        // An IPv4 client of a socket for both.
        ("192.0.2.0/24", "::ffff:192.0.2.9"),
    ] {
        assert!(within(cidr, address), "{cidr} {address}");
    }
    for (cidr, address) in [
        ("10.0.0.0/8", "100.0.0.1"),
        ("10.1.2.3", "10.1.2.30"),
        ("0.0.0.0/0", "2001:db8::1"),
        ("10.0.0.0/8", ""),
        ("10.0.0.0/8", "10.0.0.x"),
    ] {
        assert!(!within(cidr, address), "{cidr} {address}");
    }
}

#[test]
fn versions_are_exact_or_a_range() {
    let allows = |rule: &str, version: &str| {
        let group = AgentGroup { match_version: rule.to_owned(), ..group() };
        fits(&group, &Agent { version: version.to_owned(), ..agent() })
    };
    for (rule, version) in [
        ("1.4.2", "1.4.2"),
        ("1.4.2", "v1.4.2"),
        ("1.4.*", "1.4.9"),
        ("^1.4", "1.9.0"),
        ("~1.4.1", "1.4.7"),
        (">=1.2, <2", "v1.99.0"),
        // A build that is no semantic version can still be named.
        ("nightly-7", "nightly-7"),
    ] {
        assert!(allows(rule, version), "{rule} {version}");
    }
    for (rule, version) in [
        ("1.4.2", "1.4.3"),
        ("1.4", "1.4.0"),
        ("1.4.*", "1.5.0"),
        (">=1.2", "nightly-7"),
        (">=1.2", ""),
        // Releases to come are asked for by name only.
        (">=1.2", "1.3.0-rc.1"),
    ] {
        assert!(!allows(rule, version), "{rule} {version}");
    }
}

#[test]
fn criteria_that_cannot_be_read_are_named() {
    let field = |group: AgentGroup| group.matcher().unwrap_err().field;
    for cidr in ["10.0.0.0/33", "10.0.0", "lan", "10.0.0.0/8 ", "::/129"] {
        assert_eq!(field(AgentGroup { match_ip_cidr: cidr.to_owned(), ..group() }), "match_ip_cidr");
    }
    for version in [">=one", ">=1.2 <2", "=", "*.4", "1.2 3"] {
        assert_eq!(field(AgentGroup { match_version: version.to_owned(), ..group() }), "match_version");
    }
}

#[test]
fn what_was_said_by_hand_wins_except_over_retirement() {
    use MembershipType::{Exclude, Include};
    let linux = AgentGroup { match_os: "linux".to_owned(), ..group() };
    let (all, none) = (linux.matcher().unwrap(), group().matcher().unwrap());
    assert!(all.is_member(&agent(), None) && !all.is_member(&agent(), Some(Exclude)));
    assert!(!none.is_member(&agent(), None) && none.is_member(&agent(), Some(Include)));
    let off = AgentGroup { enabled: false, ..linux }.matcher().unwrap();
    let retired = Agent { retired_at: Some(at(1)), ..agent() };
    let reserved = Agent { id: AgentId::parse("cloud-aws-sm").unwrap(), ..agent() };
    for by_hand in [None, Some(Include)] {
        assert!(!off.is_member(&agent(), by_hand));
        assert!(!all.is_member(&retired, by_hand));
        assert!(!all.is_member(&reserved, by_hand));
    }
}
