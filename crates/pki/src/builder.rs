//! Building certificates in two steps: first the bytes that will be signed, so that the intent can
//! be linted and recorded, then the signature.

mod authority;
mod leaf;
mod responder;

pub use authority::CaTemplate;
pub use leaf::LeafTemplate;
pub use responder::ResponderTemplate;

use crate::asn1::{Signed, Tbs, Validity, time};
use crate::{Certificate, Error, PublicKey, Serial};
use certctl_crypto::{Signature, SignatureAlgorithm, Signer, sha256_hex};
use certctl_domain::Timestamp;
use der::{Any, Decode, Encode};
use x509_cert::certificate::Version;
use x509_cert::ext::Extension;

/// A `TBSCertificate` (RFC 5280 §4.1) waiting for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToBeSigned {
    der: Vec<u8>,
    serial: Serial,
    algorithm: SignatureAlgorithm,
}

impl ToBeSigned {
    /// Reads the bytes back that [`der`](Self::der) gave.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let tbs = Tbs::from_der(der).map_err(Error::malformed("TBSCertificate"))?;
        let identifier = tbs.signature.to_der().map_err(Error::Encode)?;
        let algorithm = SignatureAlgorithm::from_identifier_der(&identifier)
            .ok_or_else(|| crate::csr::unsupported_algorithm(&identifier))?;
        Ok(Self { der: der.to_vec(), serial: Serial::from_integer(tbs.serial.as_bytes())?, algorithm })
    }

    /// The bytes to sign.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Lower-case hex SHA-256 of the bytes to sign, for the issuance ledger.
    pub fn sha256_hex(&self) -> String {
        sha256_hex(&self.der)
    }

    /// Serial number of the certificate.
    pub const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The algorithm that the signature must use.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Signs with the issuer's key and assembles the certificate.
    pub fn sign(&self, issuer_key: &dyn Signer) -> Result<Certificate, Error> {
        self.assemble(&issuer_key.sign(&self.der).map_err(Error::Crypto)?)
    }

    /// Joins the signed bytes with a signature made elsewhere. Whether it verifies is for
    /// [`Certificate::verify_signed_by`] to say.
    pub fn assemble(&self, signature: &Signature) -> Result<Certificate, Error> {
        if signature.algorithm != self.algorithm {
            return Err(Error::AlgorithmsDiffer);
        }
        let signed = Signed {
            content: &self.der,
            algorithm: self.algorithm.identifier_der(),
            signature: &signature.bytes,
        };
        Certificate::parse_der(&signed.to_der().map_err(Error::Encode)?)
    }
}

/// The fields that leaf and CA certificates have in common.
struct Fields<'a> {
    serial: &'a Serial,
    issuer: Any,
    not_before: Timestamp,
    not_after: Timestamp,
    subject: Any,
    key: &'a PublicKey,
    extensions: Vec<Extension>,
}

impl Fields<'_> {
    fn encode(self, algorithm: SignatureAlgorithm) -> Result<ToBeSigned, Error> {
        if self.serial.as_octets() == [0] {
            return Err(Error::InvalidTemplate { reason: "the serial number is zero" });
        }
        if self.not_after.unix_seconds() <= self.not_before.unix_seconds() {
            return Err(Error::InvalidTemplate { reason: "it ends before it begins" });
        }
        let serial = self.serial.clone();
        let der = self.into_tbs(algorithm).and_then(|tbs| tbs.to_der()).map_err(Error::Encode)?;
        Ok(ToBeSigned { der, serial, algorithm })
    }

    fn into_tbs(self, algorithm: SignatureAlgorithm) -> der::Result<Tbs> {
        Ok(Tbs {
            version: Version::V3,
            serial: self.serial.to_int()?,
            signature: Any::from_der(algorithm.identifier_der())?,
            issuer: self.issuer,
            validity: Validity { not_before: time(self.not_before)?, not_after: time(self.not_after)? },
            subject: self.subject,
            spki: Any::from_der(self.key.spki_der())?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(self.extensions),
        })
    }
}

/// Refuses issuers that cannot sign certificates and algorithms that do not fit their key.
fn check_issuer(issuer: &Certificate, algorithm: SignatureAlgorithm) -> Result<(), Error> {
    if !issuer.may_sign_certificates() {
        return Err(Error::InvalidTemplate { reason: "the issuer may not sign certificates" });
    }
    if !issuer.key_spec().is_some_and(|spec| algorithm.fits(spec)) {
        return Err(Error::InvalidTemplate {
            reason: "the signature algorithm does not fit the issuer's key",
        });
    }
    Ok(())
}

/// The key identifier that certificates issued by `issuer` point to: its SKI, else one computed
/// from its key.
pub(crate) fn authority_key_id(issuer: &Certificate) -> Vec<u8> {
    let computed = || issuer.public_key().map(|key| key.key_id().to_vec()).unwrap_or_default();
    issuer.subject_key_id().map_or_else(computed, <[u8]>::to_vec)
}
