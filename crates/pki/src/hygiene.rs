//! Rules for certificate requests beyond being well-formed.
//!
//! Each rule has a stable code. Errors refuse the request; warnings tell its maker something.

use crate::asn1::{CHALLENGE_PASSWORD, oid_name};
use crate::name::is_deceptive;
use crate::{CertificateRequest, Finding};
use certctl_domain::san::San;
use const_oid::db::rfc4519::COMMON_NAME;
use std::collections::BTreeSet;

/// Most names in one request; public CAs stop at 100 as well.
pub const MAX_NAMES: usize = 100;

/// All broken rules, in a fixed order.
pub fn check_request(request: &CertificateRequest) -> Vec<Finding> {
    let mut found = request.public_key().findings();
    found.extend(names(request));
    found.extend(subject(request));
    if request.is_ca_requested() {
        found.push(Finding::error(
            "csr_asks_for_ca",
            "a CA certificate is asked for; only end-entity certificates are issued",
        ));
    }
    if request.has_attribute(CHALLENGE_PASSWORD) {
        found.push(Finding::warning(
            "csr_challenge_password",
            "the request carries a challenge password, which everyone who sees the request can read",
        ));
    }
    for oid in request.ignored_extensions() {
        found.push(Finding::warning(
            "csr_extension_ignored",
            format!("the requested extension {} is not copied into the certificate", oid_name(*oid)),
        ));
    }
    found
}

fn names(request: &CertificateRequest) -> Vec<Finding> {
    let mut found = Vec::new();
    let sans = request.sans();
    if request.names().is_empty() {
        found.push(Finding::error("csr_no_names", "the request names nothing to certify"));
    }
    if sans.len() > MAX_NAMES {
        found.push(Finding::error(
            "csr_too_many_names",
            format!("{} names are asked for, at most {MAX_NAMES} are accepted", sans.len()),
        ));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = sans.iter().find(|name| !seen.insert(*name)) {
        found.push(Finding::error("csr_duplicate_name", format!("{twice} is asked for more than once")));
    }
    if let Some(name) = request.common_name() {
        let in_sans = San::parse(name).is_ok_and(|name| sans.contains(&name));
        if !sans.is_empty() && !in_sans {
            found.push(Finding::warning(
                "csr_common_name_not_in_sans",
                "the common name is not among the subject alternative names",
            ));
        }
    }
    found
}

fn subject(request: &CertificateRequest) -> Vec<Finding> {
    let mut found = Vec::new();
    let texts = request.subject().iter().filter_map(|attribute| attribute.text.as_deref());
    if let Some(text) = texts.into_iter().find(|text| is_deceptive(text)) {
        found.push(Finding::error(
            "csr_deceptive_characters",
            format!(
                "the subject holds control, zero-width or bidirectional characters: {}",
                text.escape_unicode()
            ),
        ));
    }
    if request.subject().iter().filter(|attribute| attribute.kind == COMMON_NAME).count() > 1 {
        found.push(Finding::error("csr_several_common_names", "the subject has more than one common name"));
    }
    found
}
