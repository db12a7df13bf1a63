//! Lints over extensions other than the subject alternative names.

use super::{CertificateKind, Draft, Rule, when};
use crate::asn1::{TLS_FEATURE, eku_from_oid, oid_name};
use crate::certificate::duplicate_extension;
use certctl_domain::profile::KeyAlgorithm;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::Decode;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, KeyUsage,
    SubjectKeyIdentifier,
};

pub(super) const RULES: &[Rule] = &[
    Rule::error("extension_duplicate", extension_duplicate),
    Rule::error("extension_unknown_critical", extension_unknown_critical),
    Rule::error("basic_constraints", basic_constraints),
    Rule::error("path_length", path_length),
    Rule::error("key_usage_missing", key_usage_missing),
    Rule::error("key_usage_unsuitable", key_usage_unsuitable),
    Rule::error("eku_missing", eku_missing),
    Rule::error("eku_not_allowed", eku_not_allowed),
    Rule::error("eku_time_stamping", eku_time_stamping),
    Rule::warning("eku_server_and_client", eku_server_and_client),
    Rule::error("ski_missing", ski_missing),
    Rule::error("aki_mismatch", aki_mismatch),
    Rule::error("url_not_http", url_not_http),
    Rule::error("tls_feature_malformed", tls_feature_malformed),
];

fn extension_duplicate(draft: &Draft<'_>) -> Option<String> {
    duplicate_extension(draft.tbs).map(|oid| format!("{} occurs more than once", oid_name(oid)))
}

fn extension_unknown_critical(draft: &Draft<'_>) -> Option<String> {
    const KNOWN: [ObjectIdentifier; 5] = [
        rfc5280::ID_CE_SUBJECT_ALT_NAME,
        rfc5280::ID_CE_BASIC_CONSTRAINTS,
        rfc5280::ID_CE_KEY_USAGE,
        rfc5280::ID_CE_EXT_KEY_USAGE,
        rfc5280::ID_CE_NAME_CONSTRAINTS,
    ];
    let unknown = draft.tbs.extensions().iter().find(|e| e.critical && !KNOWN.contains(&e.extn_id))?;
    Some(format!(
        "{} must not be critical: relying parties would refuse the certificate",
        oid_name(unknown.extn_id)
    ))
}

fn constraints(draft: &Draft<'_>) -> Option<der::Result<BasicConstraints>> {
    draft.tbs.decode_extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).transpose()
}

fn basic_constraints(draft: &Draft<'_>) -> Option<String> {
    let critical = draft.tbs.extension(rfc5280::ID_CE_BASIC_CONSTRAINTS).is_some_and(|e| e.critical);
    match (constraints(draft), draft.is_leaf()) {
        (Some(Err(error)), _) => Some(format!("unreadable: {error}")),
        (Some(Ok(found)), true) => when(found.ca, "an end-entity certificate must not be a CA"),
        (None, true) => None,
        (Some(Ok(found)), false) => {
            when(!found.ca || !critical, "a CA needs a critical extension with cA TRUE")
        }
        (None, false) => Some("a CA needs the extension".to_owned()),
    }
}

fn path_length(draft: &Draft<'_>) -> Option<String> {
    let found = constraints(draft)?.ok()?;
    if !found.ca {
        return when(found.path_len_constraint.is_some(), "a path length makes sense for CAs only");
    }
    let allowed = draft.parameters.issuer?.path_len()?;
    let kept = found.path_len_constraint.is_some_and(|length| length < allowed);
    when(!kept, format!("the issuing CA has path length {allowed}, so a CA below it needs a smaller one"))
}

fn key_usage(draft: &Draft<'_>) -> Option<KeyUsage> {
    draft.tbs.decode_extension(rfc5280::ID_CE_KEY_USAGE).ok().flatten()
}

fn key_usage_missing(draft: &Draft<'_>) -> Option<String> {
    let critical = draft.tbs.extension(rfc5280::ID_CE_KEY_USAGE).is_some_and(|e| e.critical);
    when(!critical || key_usage(draft).is_none(), "a critical key usage extension is needed")
}

/// RFC 5280 §4.2.1.3, RFC 5480 §3 and RFC 8410 §5.
fn key_usage_unsuitable(draft: &Draft<'_>) -> Option<String> {
    let usage = key_usage(draft)?;
    if !draft.is_leaf() {
        return when(!usage.key_cert_sign(), "a CA key has to have keyCertSign");
    }
    if usage.key_cert_sign() || usage.crl_sign() {
        return Some("an end-entity key must not sign certificates or CRLs".to_owned());
    }
    if !usage.digital_signature() {
        return Some("digitalSignature is needed".to_owned());
    }
    let algorithm = draft.key.as_ref()?.spec().algorithm;
    let enciphers = usage.key_encipherment() || usage.data_encipherment();
    match algorithm {
        KeyAlgorithm::Rsa => when(usage.key_agreement(), "RSA keys do not agree on keys"),
        KeyAlgorithm::Ecdsa => when(enciphers, "elliptic curve keys do not encipher"),
        KeyAlgorithm::Ed25519 => when(enciphers || usage.key_agreement(), "Ed25519 keys only sign"),
    }
}

pub(super) fn ekus(draft: &Draft<'_>) -> Vec<ObjectIdentifier> {
    draft.tbs.decode_extension(rfc5280::ID_CE_EXT_KEY_USAGE).ok().flatten().unwrap_or_default()
}

fn eku_missing(draft: &Draft<'_>) -> Option<String> {
    when(draft.is_leaf() && ekus(draft).is_empty(), "at least one extended key usage is needed")
}

fn eku_not_allowed(draft: &Draft<'_>) -> Option<String> {
    if draft.parameters.kind == CertificateKind::OcspResponder {
        return None;
    }
    let allowed = draft.parameters.allowed_ekus;
    ekus(draft).into_iter().find_map(|oid| match eku_from_oid(oid) {
        None => Some(format!("extended key usage {oid} is not one that is issued")),
        Some(usage) => when(
            !allowed.is_empty() && !allowed.contains(&usage),
            format!("extended key usage {usage} is not allowed by the profile"),
        ),
    })
}

/// RFC 3161 §2.3.
fn eku_time_stamping(draft: &Draft<'_>) -> Option<String> {
    let found = ekus(draft);
    let critical = draft.tbs.extension(rfc5280::ID_CE_EXT_KEY_USAGE).is_some_and(|e| e.critical);
    when(
        found.contains(&rfc5280::ID_KP_TIME_STAMPING) && !(critical && found.len() == 1),
        "timeStamping has to be the only extended key usage, and critical",
    )
}

/// Public authorities issue no such leaves any more: a server's key that also logs in as a client
/// gives whoever takes over the server the client's rights.
fn eku_server_and_client(draft: &Draft<'_>) -> Option<String> {
    let found = ekus(draft);
    when(
        found.contains(&rfc5280::ID_KP_SERVER_AUTH) && found.contains(&rfc5280::ID_KP_CLIENT_AUTH),
        "serverAuth and clientAuth in one certificate; two certificates keep the roles apart",
    )
}

fn ski_missing(draft: &Draft<'_>) -> Option<String> {
    let found = draft.tbs.decode_extension::<SubjectKeyIdentifier>(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
    match found {
        Ok(Some(id)) => when(
            !(8..=32).contains(&id.0.as_bytes().len()),
            "the subject key identifier has an unusual length",
        ),
        _ => Some("a readable subject key identifier is needed".to_owned()),
    }
}

/// The AKI is the issuer's SKI; a root may leave it out or name itself.
fn aki_mismatch(draft: &Draft<'_>) -> Option<String> {
    let found = draft
        .tbs
        .decode_extension::<AuthorityKeyIdentifier>(rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)
        .ok()
        .flatten()
        .and_then(|aki| aki.key_identifier);
    let Some(issuer) = draft.parameters.issuer else {
        let own = draft.tbs.decode_extension::<SubjectKeyIdentifier>(rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
        let own = own.ok().flatten().map(|ski| ski.0);
        return when(found.is_some() && found != own, "the AKI of a root has to be its own SKI");
    };
    let Some(found) = found else { return Some("an authority key identifier is needed".to_owned()) };
    let wrong = issuer.subject_key_id().is_some_and(|ski| ski != found.as_bytes());
    when(wrong, "the authority key identifier is not the subject key identifier of the issuing CA")
}

fn url_not_http(draft: &Draft<'_>) -> Option<String> {
    let mut locations = Vec::new();
    match draft.tbs.decode_extension::<AuthorityInfoAccessSyntax>(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS) {
        Ok(access) => {
            let descriptions = access.map(|access| access.0).unwrap_or_default();
            locations.extend(descriptions.into_iter().map(|description| description.access_location));
        }
        Err(error) => return Some(format!("unreadable authorityInfoAccess: {error}")),
    }
    for kind in [rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS, rfc5280::ID_CE_FRESHEST_CRL] {
        match draft.tbs.decode_extension::<CrlDistributionPoints>(kind) {
            Ok(points) => {
                let points = points.map(|points| points.0).unwrap_or_default();
                for point in points {
                    let Some(DistributionPointName::FullName(names)) = point.distribution_point else {
                        return Some("a CRL distribution point has no full name".to_owned());
                    };
                    locations.extend(names);
                }
            }
            Err(error) => return Some(format!("unreadable {}: {error}", oid_name(kind))),
        }
    }
    locations.iter().find_map(|location| match location {
        GeneralName::UniformResourceIdentifier(url) => when(
            !is_http(url.as_str()),
            format!("`{}` is no http or https URL with a host", url.as_str().escape_debug()),
        ),
        _ => Some("a location is not a URI".to_owned()),
    })
}

fn is_http(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}

fn tls_feature_malformed(draft: &Draft<'_>) -> Option<String> {
    let extension = draft.tbs.extension(TLS_FEATURE)?;
    let features = Vec::<u64>::from_der(extension.extn_value.as_bytes());
    when(!features.is_ok_and(|list| !list.is_empty()), "the TLS feature list is unreadable or empty")
}
