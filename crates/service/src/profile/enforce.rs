//! A profile at an issuance: what may be asked for, and what may have come back.

use certctl_domain::profile::CertificateProfile;
use certctl_domain::san::San;
use certctl_pki::{Certificate, CertificateRequest};
use certctl_service_api::FieldError;
use regex::{Regex, RegexBuilder};
use std::collections::BTreeSet;

/// Bytes of a compiled pattern. Short texts can mean automata of many megabytes.
const PATTERN_SIZE: usize = 256 * 1024;

/// Compiles a pattern that has to match a name as a whole.
pub(crate) fn name_pattern(text: &str) -> Result<Regex, regex::Error> {
    let compile = |text: &str| RegexBuilder::new(text).size_limit(PATTERN_SIZE).build();
    // By itself first: `a)|(b` would come apart between the anchors.
    compile(text)?;
    compile(&format!("^(?:{text})$"))
}

/// Checks key, usages, attributes and names of a request. All findings at once.
pub(crate) fn check_request(
    csr: &CertificateRequest,
    names: &BTreeSet<San>,
    profile: &CertificateProfile,
    problems: &mut Vec<FieldError>,
) {
    let mut problem = |code, message| problems.push(FieldError::new("csr_pem", code, message));
    let key = csr.public_key().spec();
    if !profile.accepts_key(key) {
        problem(
            "key_not_allowed",
            format!(
                "profile {} does not accept a key of type {} with {} bits",
                profile.id, key.algorithm, key.size
            ),
        );
    }
    for eku in csr.requested_ekus().iter().filter(|eku| !profile.allowed_ekus.contains(eku)) {
        problem(
            "eku_not_allowed",
            format!("profile {} does not allow the extended key usage {eku}", profile.id),
        );
    }
    let present = [csr.attribute_names(), csr.subject_attribute_names()].concat();
    for attribute in &profile.required_csr_attributes {
        if !present.contains(attribute) {
            problem(
                "missing_attribute",
                format!("profile {} requires the CSR attribute {attribute}", profile.id),
            );
        }
    }
    check_patterns(names.iter(), &profile.required_san_patterns, "san_not_allowed", problems);
    if !profile.spiffe_uri_pattern.is_empty() {
        let spiffe = names.iter().filter(|san| matches!(san, San::Uri(uri) if uri.starts_with("spiffe://")));
        let pattern = std::slice::from_ref(&profile.spiffe_uri_pattern);
        check_patterns(spiffe, pattern, "spiffe_not_allowed", problems);
    }
}

/// Each name must match one of the patterns as a whole. A pattern that does not compile refuses.
fn check_patterns<'a>(
    names: impl Iterator<Item = &'a San>,
    patterns: &[String],
    code: &'static str,
    problems: &mut Vec<FieldError>,
) {
    if patterns.is_empty() {
        return;
    }
    let compiled: Result<Vec<Regex>, _> = patterns.iter().map(|text| name_pattern(text)).collect();
    let Ok(compiled) = compiled else {
        let message = "a name pattern of the profile is not a valid regular expression";
        problems.push(FieldError::new("csr_pem", "invalid_pattern", message));
        return;
    };
    for name in names {
        let text = name.to_string();
        if !compiled.iter().any(|pattern| pattern.is_match(&text)) {
            problems.push(FieldError::new(
                "csr_pem",
                code,
                format!("the profile does not allow the name {text}"),
            ));
        }
    }
}

/// Checks validity, usages and stapling of what an issuer returned; says what is wrong, to follow
/// "returned a certificate that".
pub(crate) fn check_issued(leaf: &Certificate, profile: &CertificateProfile) -> Result<(), String> {
    let lifetime = leaf.not_after().since(leaf.not_before());
    if let Some(cap) = profile.max_ttl().filter(|cap| lifetime > *cap) {
        return Err(format!(
            "is valid for {} seconds, longer than the {} seconds that profile {} allows",
            lifetime.as_secs(),
            cap.as_secs(),
            profile.id
        ));
    }
    if let Some(usage) = leaf.other_key_usages().first() {
        return Err(format!(
            "has the extended key usage {usage}, which profile {} does not allow",
            profile.id
        ));
    }
    let usages = leaf.extended_key_usages();
    if let Some(usage) = usages.iter().find(|usage| !profile.allowed_ekus.contains(usage)) {
        return Err(format!(
            "has the extended key usage {usage}, which profile {} does not allow",
            profile.id
        ));
    }
    if let Some(usage) = profile.allowed_ekus.iter().find(|usage| !usages.contains(usage)) {
        return Err(format!("lacks the extended key usage {usage} of profile {}", profile.id));
    }
    if profile.no_rev_avail && !leaf.no_rev_avail() {
        return Err(format!(
            "does not say that its revocation is not announced, which profile {} wants",
            profile.id
        ));
    }
    if profile.must_staple && !leaf.must_staple() {
        return Err(format!("does not demand OCSP stapling, which profile {} wants", profile.id));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::name_pattern;

    #[test]
    fn a_pattern_matches_names_as_a_whole_and_cannot_leave_its_anchors() {
        let matches = |pattern: &str, name: &str| name_pattern(pattern).unwrap().is_match(name);
        assert!(matches(r"[a-z]+\.example\.com", "www.example.com"));
        assert!(!matches(r"[a-z]+\.example\.com", "www.example.com.evil.test"));
        assert!(!matches(r"(?m)www\.example\.com", "www.example.com\nevil"));
        assert!(matches("a|b", "b") && !matches("a|b", "ab"));
        for refused in ["a)|(?:.*", "(", "(?x) a # (", r"\w{500}{500}"] {
            assert!(name_pattern(refused).is_err(), "{refused}");
        }
    }
}
