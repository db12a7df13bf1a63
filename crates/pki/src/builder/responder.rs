//! Certificates of delegated OCSP responders (RFC 6960 §4.2.2.2).

use super::{Fields, ToBeSigned, authority_key_id, check_issuer};
use crate::{Certificate, Error, PublicKey, Serial, extension, name};
use certctl_crypto::SignatureAlgorithm;
use certctl_domain::Timestamp;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

/// Most characters of a common name (ub-common-name).
const MAX_NAME: usize = 64;

/// A responder to be: it signs OCSP responses in the name of the CA and nothing else, and clients
/// do not ask for its own revocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponderTemplate {
    /// Serial number.
    pub serial: Serial,
    /// Common name, the whole subject: 1 to 64 characters.
    pub common_name: String,
    /// Start of validity; cut to whole seconds, and not before that of the CA.
    pub not_before: Timestamp,
    /// Last second of validity; cut to whole seconds, and not after that of the CA.
    pub not_after: Timestamp,
    /// Key to certify.
    pub public_key: PublicKey,
}

impl ResponderTemplate {
    /// The usual common name of a responder of this CA, cut to the length that fits.
    pub fn name_for(ca: &Certificate) -> String {
        let name = format!("OCSP Responder for {}", ca.common_name().unwrap_or_else(|| ca.subject()));
        name.chars().filter(|c| !name::is_deceptive(c.encode_utf8(&mut [0; 4]))).take(MAX_NAME).collect()
    }

    /// The bytes that `ca` is to sign with `algorithm`.
    pub fn to_be_signed(&self, ca: &Certificate, algorithm: SignatureAlgorithm) -> Result<ToBeSigned, Error> {
        check_issuer(ca, algorithm)?;
        let text = self.common_name.as_str();
        if text.trim().is_empty() || text.chars().count() > MAX_NAME || name::is_deceptive(text) {
            return Err(Error::InvalidTemplate {
                reason: "a responder needs a plain common name of 1 to 64 characters",
            });
        }
        let fields = Fields {
            serial: &self.serial,
            issuer: ca.tbs().subject.clone(),
            not_before: self.not_before.max(ca.not_before()),
            not_after: self.not_after.min(ca.not_after()),
            subject: name::name_of(Some(text)).map_err(Error::Encode)?,
            key: &self.public_key,
            extensions: self.extensions(ca).map_err(Error::Encode)?,
        };
        fields.encode(algorithm)
    }

    fn extensions(&self, ca: &Certificate) -> der::Result<Vec<Extension>> {
        Ok(vec![
            extension::key_usage(KeyUsage(KeyUsages::DigitalSignature.into()))?,
            extension::ocsp_signing()?,
            extension::basic_constraints(false, None)?,
            extension::subject_key_identifier(&self.public_key.key_id())?,
            extension::authority_key_identifier(&authority_key_id(ca))?,
            extension::ocsp_no_check()?,
        ])
    }
}
