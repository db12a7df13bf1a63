//! Name constraints of the issuing CA (RFC 5280 §4.2.1.10).

use super::{Draft, naming};
use certctl_domain::san::San;
use const_oid::db::rfc5280::ID_CE_NAME_CONSTRAINTS;
use std::net::IpAddr;
use x509_cert::ext::pkix::NameConstraints;
use x509_cert::ext::pkix::name::GeneralName;

/// Reports the first name outside the permitted subtrees or inside an excluded one. Constraints
/// on kinds of names that are never issued cannot be violated.
pub(super) fn violated(draft: &Draft<'_>) -> Option<String> {
    let issuer = draft.parameters.issuer?;
    let constraints = match issuer.tbs().decode_extension::<NameConstraints>(ID_CE_NAME_CONSTRAINTS) {
        Ok(constraints) => constraints?,
        Err(error) => return Some(format!("the name constraints of the issuing CA cannot be read: {error}")),
    };
    let permitted = bases(constraints.permitted_subtrees.as_deref());
    let excluded = bases(constraints.excluded_subtrees.as_deref());
    naming::sans(draft).into_iter().find_map(|name| {
        let of_its_kind: Vec<_> = permitted.iter().filter(|base| same_kind(base, &name)).collect();
        if !of_its_kind.is_empty() && !of_its_kind.iter().any(|base| within(base, &name)) {
            return Some(format!("{name} is outside the names that the issuing CA is permitted"));
        }
        let inside = excluded.iter().any(|base| within(base, &name) || may_expand_into(base, &name));
        inside.then(|| format!("{name} is excluded by the name constraints of the issuing CA"))
    })
}

fn bases(subtrees: Option<&[x509_cert::ext::pkix::constraints::name::GeneralSubtree]>) -> Vec<&GeneralName> {
    subtrees.unwrap_or_default().iter().map(|subtree| &subtree.base).collect()
}

fn same_kind(base: &GeneralName, name: &San) -> bool {
    matches!(
        (base, name),
        (GeneralName::DnsName(_), San::Dns(_))
            | (GeneralName::Rfc822Name(_), San::Email(_))
            | (GeneralName::UniformResourceIdentifier(_), San::Uri(_))
            | (GeneralName::IpAddress(_), San::Ip(_))
    )
}

fn within(base: &GeneralName, name: &San) -> bool {
    match (base, name) {
        (GeneralName::DnsName(base), San::Dns(name)) => {
            let name = name.strip_prefix("*.").unwrap_or(name);
            is_host_in(name, base.as_str().trim_start_matches('.'), true)
        }
        (GeneralName::Rfc822Name(base), San::Email(name)) => email_within(base.as_str(), name),
        (GeneralName::UniformResourceIdentifier(base), San::Uri(name)) => {
            let base = base.as_str();
            uri_host(name).is_some_and(|host| match base.strip_prefix('.') {
                Some(parent) => is_host_in(host, parent, true) && !host.eq_ignore_ascii_case(parent),
                None => host.eq_ignore_ascii_case(base),
            })
        }
        (GeneralName::IpAddress(base), San::Ip(name)) => ip_within(base.as_bytes(), *name),
        _ => false,
    }
}

/// A wildcard also stands for hosts below an excluded subtree that begins one label further down.
fn may_expand_into(base: &GeneralName, name: &San) -> bool {
    let (GeneralName::DnsName(base), San::Dns(name)) = (base, name) else { return false };
    let base = base.as_str().trim_start_matches('.');
    name.strip_prefix("*.").is_some_and(|parent| is_host_in(base, parent, true))
}

/// Whether `host` is `parent` or, with `subdomains`, a name below it. The empty parent is all.
fn is_host_in(host: &str, parent: &str, subdomains: bool) -> bool {
    let (host, parent) = (host.to_ascii_lowercase(), parent.to_ascii_lowercase());
    parent.is_empty()
        || host == parent
        || (subdomains && host.strip_suffix(&parent).is_some_and(|front| front.ends_with('.')))
}

/// `user@host` is one mailbox, `host` all of a host, `.domain` all hosts below a domain.
fn email_within(base: &str, name: &str) -> bool {
    let Some((_, host)) = name.rsplit_once('@') else { return false };
    match base.strip_prefix('.') {
        _ if base.contains('@') => base.eq_ignore_ascii_case(name),
        Some(parent) => is_host_in(host, parent, true) && !host.eq_ignore_ascii_case(parent),
        None => is_host_in(host, base, false),
    }
}

fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    Some(host.split_once(':').map_or(host, |(host, _)| host))
}

/// The base is an address followed by a mask of the same length.
fn ip_within(base: &[u8], ip: IpAddr) -> bool {
    let octets = match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let Some((network, mask)) = base.split_at_checked(octets.len()) else { return false };
    mask.len() == octets.len()
        && octets.iter().zip(network).zip(mask).all(|((octet, network), mask)| octet & mask == network & mask)
}
