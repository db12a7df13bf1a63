//! Certificates as they are read: ours, and those of other authorities.

use crate::asn1::{NO_REV_AVAIL, Signed, Tbs, eku_from_oid, oid_name, timestamp};
use crate::csr::unsupported_algorithm;
use crate::extension::{url_of, urls_of_points};
use crate::name::{self, general_names};
use crate::{Error, PublicKey, Serial, pem};
use certctl_crypto::{SignatureAlgorithm, Signer, sha256_hex};
use certctl_domain::Timestamp;
use certctl_domain::profile::{ExtendedKeyUsage, KeySpec};
use certctl_domain::san::{San, name_set};
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280;
use der::{Decode, Encode};
use std::collections::BTreeSet;
use x509_cert::ext::pkix::crl::FreshestCrl;
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, KeyUsage,
    SubjectKeyIdentifier,
};

/// Most bytes of one certificate that are looked at.
pub const MAX_CERTIFICATE_BYTES: usize = 64 * 1024;

/// Lower-case hex SHA-256 of a certificate's DER.
pub fn fingerprint(der: &[u8]) -> String {
    sha256_hex(der)
}

/// A parsed certificate.
///
/// Reading is strict about structure and lenient about content, because certificates of other
/// authorities have to be shown too: odd names and unsupported keys are reported, not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    tbs_der: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    tbs: Tbs,
    spki_der: Vec<u8>,
    serial: Serial,
    subject: String,
    issuer: String,
    common_name: Option<String>,
    sans: Vec<San>,
    other_names: Vec<String>,
    public_key: Option<PublicKey>,
    extended_key_usages: Vec<ExtendedKeyUsage>,
    other_key_usages: Vec<String>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
    constraints: Option<BasicConstraints>,
    key_usage: Option<KeyUsage>,
}

impl Certificate {
    /// Reads DER of at most 64 KiB.
    pub fn parse_der(der: &[u8]) -> Result<Self, Error> {
        Error::check_size("certificate", der.len(), MAX_CERTIFICATE_BYTES)?;
        let malformed = Error::malformed("certificate");
        let signed = Signed::from_der(der).map_err(&malformed)?;
        let tbs = Tbs::from_der(signed.content).map_err(&malformed)?;
        if let Some(twice) = duplicate_extension(&tbs) {
            return Err(Error::Duplicate { what: oid_name(twice) });
        }
        let (sans, other_names) = names(&tbs)?;
        let subject_attributes = name::attributes(&tbs.subject).map_err(Error::malformed("subject"))?;
        let spki_der = tbs.spki.to_der().map_err(&malformed)?;
        let usages = read::<Vec<ObjectIdentifier>>(&tbs, rfc5280::ID_CE_EXT_KEY_USAGE)?.unwrap_or_default();
        Ok(Self {
            serial: Serial::from_integer(tbs.serial.as_bytes())?,
            subject: name::display(&tbs.subject).map_err(Error::malformed("subject"))?,
            issuer: name::display(&tbs.issuer).map_err(Error::malformed("issuer"))?,
            common_name: name::common_name(&subject_attributes),
            public_key: PublicKey::from_spki_der(&spki_der).ok(),
            extended_key_usages: usages.iter().copied().filter_map(eku_from_oid).collect(),
            other_key_usages: usages
                .iter()
                .filter(|usage| eku_from_oid(**usage).is_none())
                .map(ToString::to_string)
                .collect(),
            subject_key_id: read::<SubjectKeyIdentifier>(&tbs, rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER)?
                .map(|id| id.0.as_bytes().to_vec()),
            authority_key_id: read::<AuthorityKeyIdentifier>(&tbs, rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER)?
                .and_then(|id| id.key_identifier)
                .map(|id| id.as_bytes().to_vec()),
            constraints: read(&tbs, rfc5280::ID_CE_BASIC_CONSTRAINTS)?,
            key_usage: read(&tbs, rfc5280::ID_CE_KEY_USAGE)?,
            der: der.to_vec(),
            tbs_der: signed.content.to_vec(),
            algorithm: signed.algorithm.to_vec(),
            signature: signed.signature.to_vec(),
            sans,
            other_names,
            spki_der,
            tbs,
        })
    }

    /// Reads the first certificate of a PEM text.
    pub fn parse_pem(text: &str) -> Result<Self, Error> {
        let first = pem::certificates(text)?.into_iter().next();
        Self::parse_der(&first.ok_or(Error::NoPemBlock { label: "CERTIFICATE" })?)
    }

    /// DER of the whole certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem::encode_certificate(&self.der)
    }

    /// DER of the signed part.
    pub fn tbs_der(&self) -> &[u8] {
        &self.tbs_der
    }

    /// Lower-case hex SHA-256 of the DER.
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.der)
    }

    /// Serial number.
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// Subject as RFC 4514 text; empty when the subject is.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Issuer as RFC 4514 text.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Common name of the subject, if there is one.
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// Subject alternative names in canonical form, in the certificate's order.
    pub fn sans(&self) -> &[San] {
        &self.sans
    }

    /// Descriptions of the subject alternative names that have no typed form: other kinds and
    /// malformed names. Empty for everything certctl issues.
    pub fn other_names(&self) -> &[String] {
        &self.other_names
    }

    /// All names: the SANs, and the common name when it is a name.
    pub fn names(&self) -> BTreeSet<San> {
        name_set(self.common_name().unwrap_or_default(), &self.sans)
    }

    /// First instant of validity.
    pub fn not_before(&self) -> Timestamp {
        timestamp(self.tbs.validity.not_before)
    }

    /// Last second of validity (RFC 5280 counts it in).
    pub fn not_after(&self) -> Timestamp {
        timestamp(self.tbs.validity.not_after)
    }

    /// DER of the `SubjectPublicKeyInfo`.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki_der
    }

    /// The public key, when it is of a supported kind.
    pub const fn public_key(&self) -> Option<&PublicKey> {
        self.public_key.as_ref()
    }

    /// Kind of the public key, when it is a supported one.
    pub fn key_spec(&self) -> Option<KeySpec> {
        self.public_key.as_ref().map(PublicKey::spec)
    }

    /// Subject key identifier.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.subject_key_id.as_deref()
    }

    /// Authority key identifier.
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key_id.as_deref()
    }

    /// Whether basic constraints make it a CA certificate.
    pub fn is_ca(&self) -> bool {
        self.constraints.as_ref().is_some_and(|constraints| constraints.ca)
    }

    /// How many intermediate CAs may follow; absent when unlimited.
    pub fn path_len(&self) -> Option<u8> {
        self.constraints.as_ref().and_then(|constraints| constraints.path_len_constraint)
    }

    /// Whether it may sign certificates: a CA whose key usage, if present, allows it.
    pub fn may_sign_certificates(&self) -> bool {
        self.is_ca() && self.key_usage.is_none_or(|usage| usage.key_cert_sign())
    }

    /// Whether it may sign revocation lists: a CA whose key usage, if present, allows it.
    pub fn may_sign_crls(&self) -> bool {
        self.is_ca() && self.key_usage.is_none_or(|usage| usage.crl_sign())
    }

    /// Extended key usages that certctl knows.
    pub fn extended_key_usages(&self) -> &[ExtendedKeyUsage] {
        &self.extended_key_usages
    }

    /// Object identifiers of the other extended key usages.
    pub fn other_key_usages(&self) -> &[String] {
        &self.other_key_usages
    }

    /// Whether it carries the TLS feature `status_request` (RFC 7633).
    pub fn must_staple(&self) -> bool {
        self.tbs.has_must_staple()
    }

    /// Whether subject and issuer are the same name, as in every root.
    pub fn is_self_issued(&self) -> bool {
        self.tbs.subject == self.tbs.issuer
    }

    /// The signature algorithm, when it is a sound one.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        SignatureAlgorithm::from_identifier_der(&self.algorithm)
    }

    /// Verifies the signature with the key of `issuer`; names and validity are not looked at.
    pub fn verify_signed_by(&self, issuer: &Self) -> Result<(), Error> {
        if self.tbs.signature.to_der().map_err(Error::malformed("certificate"))? != self.algorithm {
            return Err(Error::AlgorithmsDiffer);
        }
        let algorithm = self.signature_algorithm().ok_or_else(|| unsupported_algorithm(&self.algorithm))?;
        issuer.verify("certificate", algorithm, &self.tbs_der, &self.signature)
    }

    /// Verifies a signature over `message`, which is part of a `what`, with the certified key.
    pub(crate) fn verify(
        &self,
        what: &'static str,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let key = PublicKey::from_spki_der(&self.spki_der)?;
        key.verify(algorithm, message, signature).map_err(|source| Error::BadSignature { what, source })
    }

    pub(crate) const fn tbs(&self) -> &Tbs {
        &self.tbs
    }
}

/// Where revocation information and issuers are found.
impl Certificate {
    /// Where the CRL is found. Distribution points with an issuer of their own, and other places
    /// than URLs, are left out; so is an extension that cannot be read.
    pub fn crl_urls(&self) -> Vec<String> {
        let points: Option<CrlDistributionPoints> =
            self.tbs.decode_extension(rfc5280::ID_CE_CRL_DISTRIBUTION_POINTS).ok().flatten();
        points.map(|points| urls_of_points(&points.0)).unwrap_or_default()
    }

    /// Where the delta CRL is found.
    pub fn freshest_crl_urls(&self) -> Vec<String> {
        let points: Option<FreshestCrl> =
            self.tbs.decode_extension(rfc5280::ID_CE_FRESHEST_CRL).ok().flatten();
        points.map(|points| urls_of_points(&points.0)).unwrap_or_default()
    }

    /// Where OCSP is answered.
    pub fn ocsp_urls(&self) -> Vec<String> {
        self.access_urls(rfc5280::ID_AD_OCSP)
    }

    /// Where the certificate of the issuer is found.
    pub fn ca_issuer_urls(&self) -> Vec<String> {
        self.access_urls(rfc5280::ID_AD_CA_ISSUERS)
    }

    /// Whether it says that its revocation is never announced (RFC 9608).
    pub fn no_rev_avail(&self) -> bool {
        self.tbs.extension(NO_REV_AVAIL).is_some()
    }

    fn access_urls(&self, method: ObjectIdentifier) -> Vec<String> {
        let access: Option<AuthorityInfoAccessSyntax> =
            self.tbs.decode_extension(rfc5280::ID_PE_AUTHORITY_INFO_ACCESS).ok().flatten();
        let descriptions = access.map(|access| access.0).unwrap_or_default();
        let wanted = descriptions.iter().filter(|description| description.access_method == method);
        wanted.filter_map(|description| url_of(&description.access_location)).collect()
    }
}

/// Whether `certificate` certifies the public half of `key`.
pub fn key_matches(certificate: &Certificate, key: &dyn Signer) -> bool {
    certificate.spki_der == key.public_spki_der()
}

/// Reads an extension; malformed ones name themselves in the error.
fn read<T>(tbs: &Tbs, oid: ObjectIdentifier) -> Result<Option<T>, Error>
where
    T: for<'a> Decode<'a, Error = der::Error>,
{
    let Some(extension) = tbs.extension(oid) else { return Ok(None) };
    let what = match oid {
        rfc5280::ID_CE_EXT_KEY_USAGE => "extKeyUsage",
        rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER => "subjectKeyIdentifier",
        rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER => "authorityKeyIdentifier",
        rfc5280::ID_CE_BASIC_CONSTRAINTS => "basicConstraints",
        _ => "keyUsage",
    };
    T::from_der(extension.extn_value.as_bytes()).map(Some).map_err(Error::malformed(what))
}

fn names(tbs: &Tbs) -> Result<(Vec<San>, Vec<String>), Error> {
    let (mut sans, mut others) = (Vec::new(), Vec::new());
    if let Some(extension) = tbs.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME) {
        let names =
            general_names(extension.extn_value.as_bytes()).map_err(Error::malformed("subjectAltName"))?;
        for name in names {
            match name.to_san() {
                Ok(san) => sans.push(san),
                Err(_unusable) => others.push(name.describe()),
            }
        }
    }
    Ok((sans, others))
}

pub(crate) fn duplicate_extension(tbs: &Tbs) -> Option<ObjectIdentifier> {
    let mut seen = BTreeSet::new();
    tbs.extensions().iter().map(|extension| extension.extn_id).find(|oid| !seen.insert(*oid))
}
