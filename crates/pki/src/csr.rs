//! Certificate requests (PKCS#10, RFC 2986).

mod template;

pub use template::RequestTemplate;

use crate::asn1::{Signed, TLS_FEATURE, eku_from_oid, elements, is_must_staple, oid_name};
use crate::name::{self, Attribute, general_names};
use crate::{Error, PublicKey, Severity, pem};
use certctl_crypto::SignatureAlgorithm;
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::san::{San, name_set};
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5280, rfc5912};
use der::{Any, AnyRef, Decode, Reader, SliceReader, Tag, Tagged};
use std::collections::BTreeSet;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::BasicConstraints;

/// Most bytes of a request that are looked at.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024;

/// A certificate request whose self-signature has been verified: whoever made it holds the
/// private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    der: Vec<u8>,
    subject: Vec<Attribute>,
    common_name: Option<String>,
    public_key: PublicKey,
    attributes: Vec<ObjectIdentifier>,
    requested: Requested,
}

/// What the extensionRequest attribute asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Requested {
    sans: Vec<San>,
    extended_key_usages: Vec<ExtendedKeyUsage>,
    must_staple: bool,
    ca: bool,
    /// Extensions that play no part in what is issued.
    ignored: Vec<ObjectIdentifier>,
}

impl CertificateRequest {
    /// Reads PEM or DER, told apart by content, of at most 64 KiB.
    ///
    /// Refuses keys that are too weak, broken signature algorithms, signatures that do not
    /// verify, and names that are never issued (`otherName`, malformed names).
    pub fn parse(input: &[u8]) -> Result<Self, Error> {
        Error::check_size("certificate request", input.len(), MAX_REQUEST_BYTES)?;
        if input.first() == Some(&0x30) {
            return Self::parse_der(input);
        }
        let text = std::str::from_utf8(input).or(Err(Error::NotText { what: "certificate request" }))?;
        Self::parse_der(&pem::certificate_request(text)?)
    }

    fn parse_der(der: &[u8]) -> Result<Self, Error> {
        let malformed = Error::malformed("certificate request");
        let signed = Signed::from_der(der).map_err(&malformed)?;
        let info = Info::from_der(signed.content).map_err(&malformed)?;
        let public_key = PublicKey::from_spki_der(info.spki)?;
        if let Some(weakness) = public_key.findings().into_iter().find(|f| f.severity == Severity::Error) {
            return Err(Error::WeakKey(weakness));
        }
        let algorithm = SignatureAlgorithm::from_identifier_der(signed.algorithm)
            .ok_or_else(|| unsupported_algorithm(signed.algorithm))?;
        public_key
            .verify(algorithm, signed.content, signed.signature)
            .map_err(|source| Error::BadSignature { what: "certificate request", source })?;

        let subject = name::attributes(&info.subject).map_err(Error::malformed("subject"))?;
        let mut attributes = Vec::new();
        let mut requested = Requested::default();
        for attribute in info.attributes {
            if attributes.contains(&attribute.kind) {
                return Err(Error::Duplicate { what: oid_name(attribute.kind) });
            }
            if attribute.kind == rfc5912::ID_EXTENSION_REQ {
                requested = Requested::from_attribute(attribute.values)?;
            }
            attributes.push(attribute.kind);
        }
        let common_name = name::common_name(&subject);
        Ok(Self { der: der.to_vec(), subject, common_name, public_key, attributes, requested })
    }

    /// DER of the whole request.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request as PEM.
    pub fn to_pem(&self) -> String {
        pem::encode_certificate_request(&self.der)
    }

    /// Common name of the subject, if there is one.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Requested subject alternative names in canonical form, in the order of the request.
    pub fn sans(&self) -> &[San] {
        &self.requested.sans
    }

    /// All requested names: the SANs, and the common name when it is a name.
    pub fn names(&self) -> BTreeSet<San> {
        name_set(self.common_name().unwrap_or_default(), self.sans())
    }

    /// The key to be certified.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Requested extended key usages that certctl knows.
    pub fn requested_ekus(&self) -> &[ExtendedKeyUsage] {
        &self.requested.extended_key_usages
    }

    /// Whether the TLS feature `status_request` is asked for (RFC 7633).
    pub const fn must_staple(&self) -> bool {
        self.requested.must_staple
    }

    /// Whether a CA certificate is asked for.
    pub const fn is_ca_requested(&self) -> bool {
        self.requested.ca
    }

    /// Names of the attributes, such as `extensionRequest` and `challengePassword`; dotted digits
    /// for unknown ones.
    pub fn attribute_names(&self) -> Vec<String> {
        self.attributes.iter().map(|oid| oid_name(*oid)).collect()
    }

    /// Names of the attributes of the subject, such as `commonName`; dotted digits for unknown ones.
    pub fn subject_attribute_names(&self) -> Vec<String> {
        self.subject.iter().map(|attribute| oid_name(attribute.kind)).collect()
    }

    pub(crate) fn subject(&self) -> &[Attribute] {
        &self.subject
    }

    pub(crate) fn has_attribute(&self, oid: ObjectIdentifier) -> bool {
        self.attributes.contains(&oid)
    }

    pub(crate) fn ignored_extensions(&self) -> &[ObjectIdentifier] {
        &self.requested.ignored
    }
}

impl Requested {
    /// Reads `SET { SEQUENCE OF Extension }`.
    fn from_attribute(values: AnyRef<'_>) -> Result<Self, Error> {
        let malformed = Error::malformed("extensionRequest");
        let values = elements(values.value()).map_err(&malformed)?;
        let [value] = values.as_slice() else {
            return Err(Error::Duplicate { what: "extensionRequest value".to_owned() });
        };
        let extensions = value.decode_as::<Vec<Extension>>().map_err(&malformed)?;
        let mut requested = Self::default();
        let mut seen = Vec::new();
        for extension in &extensions {
            if seen.contains(&extension.extn_id) {
                return Err(Error::Duplicate { what: oid_name(extension.extn_id) });
            }
            seen.push(extension.extn_id);
            requested.read(extension)?;
        }
        Ok(requested)
    }

    fn read(&mut self, extension: &Extension) -> Result<(), Error> {
        let value = extension.extn_value.as_bytes();
        match extension.extn_id {
            rfc5280::ID_CE_SUBJECT_ALT_NAME => {
                let names = general_names(value).map_err(Error::malformed("subjectAltName"))?;
                self.sans = names.into_iter().map(name::GeneralName::to_san).collect::<Result<_, _>>()?;
            }
            rfc5280::ID_CE_EXT_KEY_USAGE => {
                let oids =
                    Vec::<ObjectIdentifier>::from_der(value).map_err(Error::malformed("extKeyUsage"))?;
                self.extended_key_usages = oids.into_iter().filter_map(eku_from_oid).collect();
            }
            rfc5280::ID_CE_BASIC_CONSTRAINTS => {
                let constraints = BasicConstraints::from_der(value);
                self.ca = constraints.map_err(Error::malformed("basicConstraints"))?.ca;
            }
            TLS_FEATURE => self.must_staple = is_must_staple(value),
            rfc5280::ID_CE_KEY_USAGE | rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => {}
            other => self.ignored.push(other),
        }
        Ok(())
    }
}

/// `CertificationRequestInfo`, split. Attributes are not required to be in DER's SET OF order:
/// widespread tools write them in the order they think of them.
struct Info<'a> {
    subject: Any,
    spki: &'a [u8],
    attributes: Vec<RawAttribute<'a>>,
}

struct RawAttribute<'a> {
    kind: ObjectIdentifier,
    values: AnyRef<'a>,
}

impl<'a> Info<'a> {
    fn from_der(der: &'a [u8]) -> der::Result<Self> {
        let mut reader = SliceReader::new(der)?;
        let info = reader.sequence(|inner| {
            let version = u8::decode(inner)?;
            if version != 0 {
                return Err(Tag::Integer.value_error().to_error());
            }
            let subject = Any::decode(inner)?;
            subject.tag().assert_eq(Tag::Sequence)?;
            let spki = inner.tlv_bytes()?;
            let field = AnyRef::decode(inner)?;
            field.tag().assert_eq(crate::asn1::context_tag(0, true))?;
            let mut attributes = Vec::new();
            for attribute in elements(field.value())? {
                attributes.push(attribute.sequence(|pair| {
                    let (kind, values) = (ObjectIdentifier::decode(pair)?, AnyRef::decode(pair)?);
                    values.tag().assert_eq(Tag::Set)?;
                    Ok::<_, der::Error>(RawAttribute { kind, values })
                })?);
            }
            Ok::<_, der::Error>(Self { subject, spki, attributes })
        })?;
        reader.finish()?;
        Ok(info)
    }
}

/// Names broken algorithms, because people meet them; others are shown as DER in hex.
pub(crate) fn unsupported_algorithm(identifier: &[u8]) -> Error {
    const BROKEN: [(&str, &str); 5] = [
        ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
        ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
        ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
        ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
        ("1.2.840.10040.4.3", "dsa-with-sha1"),
    ];
    let oid = elements(identifier)
        .and_then(|outer| outer.first().map_or(Ok(Vec::new()), |any| elements(any.value())))
        .ok()
        .and_then(|parts| parts.first().and_then(|any| any.decode_as::<ObjectIdentifier>().ok()))
        .map(|oid| oid.to_string());
    let name = match oid {
        Some(oid) => BROKEN
            .iter()
            .find(|(known, _)| *known == oid)
            .map_or_else(|| format!("{oid} (or its parameters)"), |(_, name)| (*name).to_owned()),
        None => hex::encode(identifier.get(..64).unwrap_or(identifier)),
    };
    Error::UnsupportedSignatureAlgorithm { name }
}

/// A request asks for other names than it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the names differ from the expected ones: {}", describe(.missing, .extra))]
pub struct NameMismatch {
    /// Expected, not asked for.
    pub missing: Vec<San>,
    /// Asked for, not expected.
    pub extra: Vec<San>,
}

fn describe(missing: &[San], extra: &[San]) -> String {
    let list = |what: &str, names: &[San]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
    };
    [list("missing", missing), list("unexpected", extra)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Whether the request asks for exactly the `expected` names; the common name counts as one.
pub fn compare_names(request: &CertificateRequest, expected: &BTreeSet<San>) -> Result<(), NameMismatch> {
    let asked = request.names();
    let missing: Vec<San> = expected.difference(&asked).cloned().collect();
    let extra: Vec<San> = asked.difference(expected).cloned().collect();
    if missing.is_empty() && extra.is_empty() { Ok(()) } else { Err(NameMismatch { missing, extra }) }
}
