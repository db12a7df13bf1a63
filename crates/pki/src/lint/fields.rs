//! Lints over the fixed fields: version, serial number, algorithm, issuer, validity, key.

use super::{Draft, Rule, when};
use crate::asn1::timestamp;
use crate::{MAX_CERTIFICATE_BYTES, Severity};
use certctl_crypto::SignatureAlgorithm;
use der::Encode;
use x509_cert::certificate::Version;
use x509_cert::time::Time;

/// Room that signature and outer structure need beside the signed part.
const SIGNATURE_ALLOWANCE: usize = 2048;

pub(super) const RULES: &[Rule] = &[
    Rule::error("size_too_large", size_too_large),
    Rule::error("version_not_3", version_not_3),
    Rule::error("serial_not_positive", serial_not_positive),
    Rule::error("serial_too_long", serial_too_long),
    Rule::error("serial_low_entropy", serial_low_entropy),
    Rule::error("signature_algorithm_unsuitable", signature_algorithm_unsuitable),
    Rule::error("issuer_name_mismatch", issuer_name_mismatch),
    Rule::error("issuer_name_empty", issuer_name_empty),
    Rule::error("issuer_not_an_authority", issuer_not_an_authority),
    Rule::error("validity_order", validity_order),
    Rule::error("validity_encoding", validity_encoding),
    Rule::error("validity_too_long", validity_too_long),
    Rule::error("validity_outside_issuer", validity_outside_issuer),
    Rule::error("key_unsupported", key_unsupported),
    Rule::error("key_weak", |draft| key_finding(draft, Severity::Error)),
    Rule::warning("key_unusual", |draft| key_finding(draft, Severity::Warning)),
    Rule::error("key_is_issuer_key", key_is_issuer_key),
    Rule::error("unique_id_present", unique_id_present),
];

fn size_too_large(draft: &Draft<'_>) -> Option<String> {
    let max = MAX_CERTIFICATE_BYTES - SIGNATURE_ALLOWANCE;
    when(draft.size > max, format!("{} bytes are to be signed, at most {max} are sensible", draft.size))
}

fn version_not_3(draft: &Draft<'_>) -> Option<String> {
    when(draft.tbs.version != Version::V3, "extensions need version 3")
}

fn serial_not_positive(draft: &Draft<'_>) -> Option<String> {
    let octets = draft.tbs.serial.as_bytes();
    let negative = octets.first().is_none_or(|top| *top >= 0x80);
    when(negative || octets.iter().all(|octet| *octet == 0), "the serial number is zero or negative")
}

fn serial_too_long(draft: &Draft<'_>) -> Option<String> {
    let length = draft.tbs.serial.as_bytes().len();
    when(length > 20, format!("the serial number is encoded in {length} octets, at most 20 are allowed"))
}

/// Chosen-prefix collisions need a predictable serial number; 64 random bits are the accepted
/// minimum, which no shorter number can hold.
fn serial_low_entropy(draft: &Draft<'_>) -> Option<String> {
    when(draft.tbs.serial.as_bytes().len() < 8, "the serial number is too short to hold 64 random bits")
}

fn signature_algorithm_unsuitable(draft: &Draft<'_>) -> Option<String> {
    let identifier = draft.tbs.signature.to_der().ok()?;
    let Some(algorithm) = SignatureAlgorithm::from_identifier_der(&identifier) else {
        return Some("the signature algorithm is broken, unknown, or has the wrong parameters".to_owned());
    };
    let fits = draft.issuer_key().is_some_and(|key| algorithm.fits(key.spec()));
    when(!fits, format!("{algorithm} does not fit the issuer's key"))
}

fn issuer_name_mismatch(draft: &Draft<'_>) -> Option<String> {
    let expected = draft.parameters.issuer.map_or(&draft.tbs.subject, |issuer| &issuer.tbs().subject);
    when(
        draft.tbs.issuer != *expected,
        "the issuer field is not the subject of the issuing CA, byte for byte",
    )
}

fn issuer_name_empty(draft: &Draft<'_>) -> Option<String> {
    when(draft.tbs.issuer.value().is_empty(), "the issuer name is empty")
}

fn issuer_not_an_authority(draft: &Draft<'_>) -> Option<String> {
    let issuer = draft.parameters.issuer?;
    when(!issuer.may_sign_certificates(), format!("`{}` may not sign certificates", issuer.subject()))
}

fn validity_order(draft: &Draft<'_>) -> Option<String> {
    let (start, end) = bounds(draft);
    when(end <= start, "notAfter is not later than notBefore")
}

fn validity_encoding(draft: &Draft<'_>) -> Option<String> {
    let wrong = |time: Time| match time {
        // UTCTime cannot hold years from 2050, so only the other choice can be wrong.
        Time::UtcTime(_) => false,
        Time::GeneralTime(time) => time.to_date_time().year() < 2050,
    };
    let validity = draft.tbs.validity;
    when(
        wrong(validity.not_before) || wrong(validity.not_after),
        "dates before 2050 have to be encoded as UTCTime",
    )
}

/// Both ends belong to the validity (RFC 5280 §4.1.2.5), so 00:00:00 to 23:59:59 is one day.
fn validity_too_long(draft: &Draft<'_>) -> Option<String> {
    let max = i64::try_from(draft.parameters.max_validity?.as_secs()).ok()?;
    let (start, end) = bounds(draft);
    let seconds = end.saturating_sub(start).saturating_add(1);
    when(seconds > max, format!("valid for {seconds} seconds, at most {max} are allowed"))
}

fn validity_outside_issuer(draft: &Draft<'_>) -> Option<String> {
    let issuer = draft.parameters.issuer?;
    let (start, end) = bounds(draft);
    let outside = start < issuer.not_before().unix_seconds() || end > issuer.not_after().unix_seconds();
    when(
        outside,
        format!(
            "the validity exceeds that of the issuing CA, {} to {}",
            issuer.not_before(),
            issuer.not_after()
        ),
    )
}

fn bounds(draft: &Draft<'_>) -> (i64, i64) {
    let validity = draft.tbs.validity;
    (timestamp(validity.not_before).unix_seconds(), timestamp(validity.not_after).unix_seconds())
}

fn key_unsupported(draft: &Draft<'_>) -> Option<String> {
    when(draft.key.is_none(), "the public key is malformed or of an unsupported kind")
}

fn key_finding(draft: &Draft<'_>, severity: Severity) -> Option<String> {
    let findings = draft.key.as_ref()?.findings();
    findings.into_iter().find(|finding| finding.severity == severity).map(|finding| finding.message)
}

fn key_is_issuer_key(draft: &Draft<'_>) -> Option<String> {
    let issuer = draft.parameters.issuer?;
    let same = draft.key.as_ref().is_some_and(|key| key.spki_der() == issuer.spki_der());
    when(same, "the key to certify is the issuing CA's own key")
}

fn unique_id_present(draft: &Draft<'_>) -> Option<String> {
    let tbs = draft.tbs;
    when(
        tbs.issuer_unique_id.is_some() || tbs.subject_unique_id.is_some(),
        "unique identifiers must not be used (RFC 5280 §4.1.2.8)",
    )
}
