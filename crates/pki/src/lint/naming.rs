//! Lints over names: subject, subject alternative names, name constraints of the issuer.

use super::{Draft, Rule, name_constraints, when};
use crate::name::{Attribute, GeneralName, attributes, is_deceptive};
use certctl_domain::san::San;
use const_oid::db::rfc4519::COMMON_NAME;
use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;
use der::Tag;
use std::collections::BTreeSet;

pub(super) const RULES: &[Rule] = &[
    Rule::error("subject_malformed", subject_malformed),
    Rule::error("subject_text", subject_text),
    Rule::error("subject_several_common_names", subject_several_common_names),
    Rule::error("common_name_not_in_san", common_name_not_in_san),
    Rule::error("san_missing", san_missing),
    Rule::error("san_criticality", san_criticality),
    Rule::error("san_dns_malformed", san_dns_malformed),
    Rule::error("san_dns_not_idna", san_dns_not_idna),
    Rule::error("san_ip_length", san_ip_length),
    Rule::error("san_email_malformed", san_email_malformed),
    Rule::error("san_uri_malformed", san_uri_malformed),
    Rule::error("san_unsupported_kind", san_unsupported_kind),
    Rule::error("san_not_canonical", san_not_canonical),
    Rule::error("san_duplicate", san_duplicate),
    Rule::error("names_unexpected", names_unexpected),
    Rule::error("name_constraints_violated", name_constraints::violated),
];

fn subject(draft: &Draft<'_>) -> Vec<Attribute> {
    attributes(&draft.tbs.subject).unwrap_or_default()
}

fn common_names(draft: &Draft<'_>) -> Vec<Attribute> {
    subject(draft).into_iter().filter(|attribute| attribute.kind == COMMON_NAME).collect()
}

fn subject_malformed(draft: &Draft<'_>) -> Option<String> {
    if let Err(error) = attributes(&draft.tbs.subject) {
        return Some(format!("the subject cannot be read: {error}"));
    }
    when(!draft.is_leaf() && draft.subject_is_empty(), "a CA needs a subject")
}

/// RFC 5280 §4.1.2.4: `PrintableString` or `UTF8String`; appendix A bounds the common name.
fn subject_text(draft: &Draft<'_>) -> Option<String> {
    subject(draft).into_iter().find_map(|attribute| {
        let text = attribute.text.unwrap_or_default();
        let wrong = if !matches!(attribute.tag, Tag::PrintableString | Tag::Utf8String | Tag::Ia5String) {
            "is neither PrintableString nor UTF8String"
        } else if text.is_empty() {
            "is empty"
        } else if is_deceptive(&text) {
            "holds control, zero-width or bidirectional characters"
        } else if attribute.tag == Tag::PrintableString && !text.bytes().all(is_printable_string) {
            "holds characters that PrintableString has not"
        } else if attribute.kind == COMMON_NAME && text.chars().count() > 64 {
            "has more than 64 characters"
        } else {
            return None;
        };
        Some(format!("subject attribute {} {wrong}", attribute.kind))
    })
}

fn is_printable_string(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

fn subject_several_common_names(draft: &Draft<'_>) -> Option<String> {
    when(common_names(draft).len() > 1, "the subject has more than one common name")
}

fn common_name_not_in_san(draft: &Draft<'_>) -> Option<String> {
    if !draft.is_named() {
        return None;
    }
    let sans = sans(draft);
    common_names(draft).into_iter().find_map(|attribute| {
        let text = attribute.text.unwrap_or_default();
        let listed = San::parse(&text).is_ok_and(|name| sans.contains(&name) && name.to_string() == text);
        when(
            !listed,
            format!("the common name `{}` is not among the subject alternative names", text.escape_debug()),
        )
    })
}

fn san_missing(draft: &Draft<'_>) -> Option<String> {
    when(draft.is_named() && draft.names.is_empty(), "there is no subject alternative name")
}

/// RFC 5280 §4.2.1.6: critical when the subject is empty, otherwise not.
fn san_criticality(draft: &Draft<'_>) -> Option<String> {
    let critical = draft.tbs.extension(ID_CE_SUBJECT_ALT_NAME)?.critical;
    when(
        critical != draft.subject_is_empty(),
        if critical {
            "the SAN extension is critical although there is a subject"
        } else {
            "the SAN extension has to be critical when the subject is empty"
        },
    )
}

fn first_bad<'a>(draft: &Draft<'a>, pick: impl Fn(GeneralName<'a>) -> bool) -> Option<String> {
    let name = draft.names.iter().copied().filter(|name| pick(*name)).find(|name| name.to_san().is_err())?;
    let reason = match name.to_san() {
        Err(crate::Error::InvalidName(source)) => source.reason.to_owned(),
        Err(other) => other.to_string(),
        Ok(_) => return None,
    };
    Some(format!("{}: {reason}", name.describe()))
}

/// Letters, digits, hyphens; no underscore, no trailing dot; wildcard leftmost only.
fn san_dns_malformed(draft: &Draft<'_>) -> Option<String> {
    first_bad(draft, |name| matches!(name, GeneralName::Dns(_)))
}

/// Every label beginning with `xn--` has to be the A-label of valid Unicode (RFC 5890).
fn san_dns_not_idna(draft: &Draft<'_>) -> Option<String> {
    draft.names.iter().find_map(|name| {
        let GeneralName::Dns(text) = name else { return None };
        let bare = text.strip_prefix("*.").unwrap_or(text);
        let has_a_label = bare.split('.').any(|label| label.starts_with("xn--"));
        let (unicode, result) = idna::domain_to_unicode(bare);
        let same = result.is_ok() && idna::domain_to_ascii(&unicode).is_ok_and(|ascii| ascii == bare);
        when(has_a_label && !same, format!("dNSName `{}` holds an invalid xn-- label", text.escape_debug()))
    })
}

fn san_ip_length(draft: &Draft<'_>) -> Option<String> {
    first_bad(draft, |name| matches!(name, GeneralName::Ip(_)))
}

fn san_email_malformed(draft: &Draft<'_>) -> Option<String> {
    first_bad(draft, |name| matches!(name, GeneralName::Email(_)))
}

fn san_uri_malformed(draft: &Draft<'_>) -> Option<String> {
    first_bad(draft, |name| matches!(name, GeneralName::Uri(_)))
}

fn san_unsupported_kind(draft: &Draft<'_>) -> Option<String> {
    first_bad(draft, |name| matches!(name, GeneralName::Other(_)))
}

fn san_not_canonical(draft: &Draft<'_>) -> Option<String> {
    draft.names.iter().find_map(|name| {
        let (GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text)) = *name else {
            return None;
        };
        let canonical = name.to_san().ok()?.to_string();
        when(canonical != text, format!("{} should be written `{canonical}`", name.describe()))
    })
}

fn san_duplicate(draft: &Draft<'_>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let mut names = draft.names.iter().filter_map(|name| name.to_san().ok());
    names.find(|name| !seen.insert(name.clone())).map(|name| format!("{name} occurs more than once"))
}

fn names_unexpected(draft: &Draft<'_>) -> Option<String> {
    let expected = draft.parameters.expected_names?;
    let found = sans(draft);
    let list = |what: &str, names: Vec<&San>| {
        let names: Vec<String> = names.into_iter().map(ToString::to_string).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
    };
    let missing = list("missing", expected.difference(&found).collect());
    let extra = list("unexpected", found.difference(expected).collect());
    let parts: Vec<String> = [missing, extra].into_iter().flatten().collect();
    when(!parts.is_empty(), parts.join("; "))
}

pub(super) fn sans(draft: &Draft<'_>) -> BTreeSet<San> {
    draft.names.iter().filter_map(|name| name.to_san().ok()).collect()
}
