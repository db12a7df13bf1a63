//! Making certificate requests.

use super::CertificateRequest;
use crate::asn1::{Signed, sequence};
use crate::{Error, extension, name};
use certctl_crypto::Signer;
use certctl_domain::profile::ExtendedKeyUsage;
use certctl_domain::san::San;
use der::Encode;

/// What a certificate request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestTemplate {
    /// Common name of the subject. It is left out when it is not one of `sans` or has more than
    /// 64 characters; the subject is empty then.
    pub common_name: Option<String>,
    /// Names to certify, at least one.
    pub sans: Vec<San>,
    /// Key purposes to ask for; empty leaves them to the issuer.
    pub extended_key_usages: Vec<ExtendedKeyUsage>,
    /// Whether to ask for the TLS feature `status_request` (RFC 7633).
    pub must_staple: bool,
}

impl RequestTemplate {
    /// Builds the request and signs it with the key that is to be certified.
    pub fn sign(&self, key: &dyn Signer) -> Result<CertificateRequest, Error> {
        if self.sans.is_empty() {
            return Err(Error::InvalidTemplate { reason: "it has no subject alternative name" });
        }
        let info = self.info(key.public_spki_der()).map_err(Error::Encode)?;
        let signature = key.sign(&info).map_err(Error::Crypto)?;
        let signed = Signed {
            content: &info,
            algorithm: signature.algorithm.identifier_der(),
            signature: &signature.bytes,
        };
        CertificateRequest::parse(&signed.to_der().map_err(Error::Encode)?)
    }

    fn info(&self, spki: &[u8]) -> der::Result<Vec<u8>> {
        let subject = name::subject_common_name(self.common_name.as_deref(), &self.sans);
        let mut extensions = vec![extension::subject_alt_name(&self.sans, subject.is_none())?];
        if !self.extended_key_usages.is_empty() {
            extensions.push(extension::extended_key_usage(&self.extended_key_usages)?);
        }
        if self.must_staple {
            extensions.push(extension::must_staple()?);
        }
        let subject = name::name_of(subject.as_deref())?.to_der()?;
        sequence(&[&0_u8.to_der()?, &subject, spki, &extension::request_attributes(&extensions)?])
    }
}
