//! The ASN.1 structures that are read and written, and small DER tools.
//!
//! Names, keys and algorithms stay raw (`Any`): comparing issuer and subject, digests and
//! signatures need the exact bytes, and nothing is re-encoded on the way.

use certctl_domain::Timestamp;
use certctl_domain::profile::ExtendedKeyUsage;
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use der::asn1::{BitString, BitStringRef, Int};
use der::{Any, AnyRef, Decode, Encode, Reader, Sequence, SliceReader, Tag, TagNumber};
use std::time::Duration;
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;
use x509_cert::time::Time;

/// id-pe-tlsfeature (RFC 7633).
pub(crate) const TLS_FEATURE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.24");
/// noRevAvail (RFC 9608), whose value is NULL.
pub(crate) const NO_REV_AVAIL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.56");
/// id-pkix-ocsp-nocheck (RFC 6960 §4.2.2.2.1), whose value is NULL.
pub(crate) const OCSP_NO_CHECK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");
/// expiredCertsOnCRL (X.509 §9.5.2.5).
pub(crate) const EXPIRED_CERTS_ON_CRL: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.60");
/// NULL.
pub(crate) const NULL: &[u8] = &[0x05, 0x00];
/// `SEQUENCE { INTEGER 5 }`: the `status_request` feature, known as must-staple.
pub(crate) const MUST_STAPLE_VALUE: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x05];

/// `TBSCertificate` (RFC 5280 §4.1).
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Tbs {
    #[asn1(context_specific = "0", default = "Default::default")]
    pub(crate) version: Version,
    pub(crate) serial: Int,
    pub(crate) signature: Any,
    pub(crate) issuer: Any,
    pub(crate) validity: Validity,
    pub(crate) subject: Any,
    pub(crate) spki: Any,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) issuer_unique_id: Option<BitString>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) subject_unique_id: Option<BitString>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension>>,
}

/// Validity (RFC 5280 §4.1.2.5), keeping the encoding that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Validity {
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
}

impl Tbs {
    pub(crate) fn extensions(&self) -> &[Extension] {
        self.extensions.as_deref().unwrap_or_default()
    }

    /// The first extension with this identifier.
    pub(crate) fn extension(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.extensions().iter().find(|extension| extension.extn_id == oid)
    }

    /// The value of an extension, decoded; absent when it is missing.
    pub(crate) fn decode_extension<'a, T>(&'a self, oid: ObjectIdentifier) -> der::Result<Option<T>>
    where
        T: Decode<'a, Error = der::Error>,
    {
        self.extension(oid).map(|extension| T::from_der(extension.extn_value.as_bytes())).transpose()
    }

    pub(crate) fn has_must_staple(&self) -> bool {
        self.extension(TLS_FEATURE).is_some_and(|extension| is_must_staple(extension.extn_value.as_bytes()))
    }
}

/// `SEQUENCE { signed part, AlgorithmIdentifier, BIT STRING }`: certificates, requests and CRLs.
pub(crate) struct Signed<'a> {
    pub(crate) content: &'a [u8],
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn from_der(der: &'a [u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let signed = reader.sequence(|inner| {
            let (content, algorithm) = (inner.tlv_bytes()?, inner.tlv_bytes()?);
            let bits = BitStringRef::decode(inner)?;
            let signature = bits.as_bytes().ok_or_else(|| Tag::BitString.value_error().to_error())?;
            Ok::<_, der::Error>(Self { content, algorithm, signature })
        })?;
        reader.finish()?;
        Ok(signed)
    }

    pub(crate) fn to_der(&self) -> der::Result<Vec<u8>> {
        let signature = BitStringRef::from_bytes(self.signature)?.to_der()?;
        sequence(&[self.content, self.algorithm, &signature])
    }
}

/// All values that follow each other in `content`.
pub(crate) fn elements(content: &[u8]) -> der::Result<Vec<AnyRef<'_>>> {
    let mut reader = SliceReader::new(content)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(AnyRef::decode(&mut reader)?);
    }
    Ok(found)
}

/// The values inside a `SEQUENCE OF` or `SEQUENCE`.
pub(crate) fn sequence_elements(der: &[u8]) -> der::Result<Vec<AnyRef<'_>>> {
    let any = AnyRef::from_der(der)?;
    der::Tagged::tag(&any).assert_eq(Tag::Sequence)?;
    elements(any.value())
}

/// DER of a value with this tag and content.
pub(crate) fn tlv(tag: Tag, content: &[u8]) -> der::Result<Vec<u8>> {
    AnyRef::new(tag, content)?.to_der()
}

/// DER of a SEQUENCE of already encoded parts.
pub(crate) fn sequence(parts: &[&[u8]]) -> der::Result<Vec<u8>> {
    tlv(Tag::Sequence, &parts.concat())
}

pub(crate) fn context_tag(number: u8, constructed: bool) -> Tag {
    Tag::ContextSpecific { constructed, number: TagNumber(number.into()) }
}

pub(crate) fn is_must_staple(tls_feature_value: &[u8]) -> bool {
    Vec::<u64>::from_der(tls_feature_value).is_ok_and(|features| features.contains(&5))
}

/// Encodes as RFC 5280 §4.1.2.5 demands: `UTCTime` through 2049, `GeneralizedTime` from 2050, whole
/// seconds. Times before 1970 and after 9999 cannot be encoded.
pub(crate) fn time(at: Timestamp) -> der::Result<Time> {
    let seconds = u64::try_from(at.unix_seconds()).or(Err(Tag::UtcTime.value_error().to_error()))?;
    Ok(Time::from(der::DateTime::from_unix_duration(Duration::from_secs(seconds))?))
}

pub(crate) fn timestamp(time: Time) -> Timestamp {
    Timestamp::from_unix_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

/// The object identifier of a key purpose (RFC 5280 §4.2.1.12).
pub(crate) const fn eku_oid(usage: ExtendedKeyUsage) -> ObjectIdentifier {
    match usage {
        ExtendedKeyUsage::ServerAuth => rfc5280::ID_KP_SERVER_AUTH,
        ExtendedKeyUsage::ClientAuth => rfc5280::ID_KP_CLIENT_AUTH,
        ExtendedKeyUsage::CodeSigning => rfc5280::ID_KP_CODE_SIGNING,
        ExtendedKeyUsage::EmailProtection => rfc5280::ID_KP_EMAIL_PROTECTION,
        ExtendedKeyUsage::TimeStamping => rfc5280::ID_KP_TIME_STAMPING,
    }
}

/// The key purpose with this object identifier, when it is one that certctl issues.
pub(crate) fn eku_from_oid(oid: ObjectIdentifier) -> Option<ExtendedKeyUsage> {
    ExtendedKeyUsage::ALL.iter().copied().find(|usage| eku_oid(*usage) == oid)
}

/// A readable name for an extension or attribute: the standard's name, else dotted digits.
pub(crate) fn oid_name(oid: ObjectIdentifier) -> String {
    let name = match oid {
        rfc5280::ID_CE_SUBJECT_ALT_NAME => "subjectAltName",
        rfc5280::ID_CE_BASIC_CONSTRAINTS => "basicConstraints",
        rfc5280::ID_CE_KEY_USAGE => "keyUsage",
        rfc5280::ID_CE_EXT_KEY_USAGE => "extKeyUsage",
        rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => "subjectKeyIdentifier",
        rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => "authorityKeyIdentifier",
        rfc5280::ID_CE_NAME_CONSTRAINTS => "nameConstraints",
        rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS => "cRLDistributionPoints",
        rfc5280::ID_PE_AUTHORITY_INFO_ACCESS => "authorityInfoAccess",
        rfc5280::ID_CE_FRESHEST_CRL => "freshestCRL",
        rfc5280::ID_CE_CRL_NUMBER => "cRLNumber",
        rfc5280::ID_CE_DELTA_CRL_INDICATOR => "deltaCRLIndicator",
        rfc5280::ID_CE_ISSUING_DISTRIBUTION_POINT => "issuingDistributionPoint",
        NO_REV_AVAIL => "noRevAvail",
        OCSP_NO_CHECK => "ocspNoCheck",
        rfc5912::ID_EXTENSION_REQ => "extensionRequest",
        CHALLENGE_PASSWORD => "challengePassword",
        TLS_FEATURE => "tlsFeature",
        other => return attribute_name(other).map_or_else(|| other.to_string(), str::to_owned),
    };
    name.to_owned()
}

/// Names of subject attributes (RFC 5280 appendix A) and of further attributes of requests.
fn attribute_name(oid: ObjectIdentifier) -> Option<&'static str> {
    const NAMES: [(ObjectIdentifier, &str); 13] = [
        (ObjectIdentifier::new_unwrap("2.5.4.3"), "commonName"),
        (ObjectIdentifier::new_unwrap("2.5.4.4"), "surname"),
        (ObjectIdentifier::new_unwrap("2.5.4.5"), "serialNumber"),
        (ObjectIdentifier::new_unwrap("2.5.4.6"), "countryName"),
        (ObjectIdentifier::new_unwrap("2.5.4.7"), "localityName"),
        (ObjectIdentifier::new_unwrap("2.5.4.8"), "stateOrProvinceName"),
        (ObjectIdentifier::new_unwrap("2.5.4.10"), "organizationName"),
        (ObjectIdentifier::new_unwrap("2.5.4.11"), "organizationalUnitName"),
        (ObjectIdentifier::new_unwrap("2.5.4.12"), "title"),
        (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1"), "emailAddress"),
        (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.2"), "unstructuredName"),
        (ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.8"), "unstructuredAddress"),
        (ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.21.14"), "deviceSerialNumber"),
    ];
    NAMES.into_iter().find(|(known, _)| *known == oid).map(|(_, name)| name)
}

/// PKCS#9 challengePassword (RFC 2985 §5.4.1).
pub(crate) const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");
