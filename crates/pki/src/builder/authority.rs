//! CA certificates: self-signed roots, and intermediates below them.

use super::{Fields, ToBeSigned, authority_key_id, check_issuer};
use crate::{Certificate, Error, PublicKey, Serial, extension, name};
use certctl_crypto::{SignatureAlgorithm, Signer};
use certctl_domain::Timestamp;
use der::Any;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

/// A certificate authority to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaTemplate {
    /// Serial number.
    pub serial: Serial,
    /// Common name, the whole subject: 1 to 64 characters.
    pub common_name: String,
    /// Start of validity; cut to whole seconds.
    pub not_before: Timestamp,
    /// Last second of validity; cut to whole seconds.
    pub not_after: Timestamp,
    /// How many intermediate CAs may follow; 0 for one that issues leaves only, absent for any.
    pub path_len: Option<u8>,
    /// Where OCSP is answered; ignored for roots.
    pub ocsp_urls: Vec<String>,
    /// Where the CRL is found; ignored for roots.
    pub crl_urls: Vec<String>,
    /// Where the delta CRL is found; ignored for roots and without `crl_urls`.
    pub freshest_crl_urls: Vec<String>,
    /// Where the issuer's certificate is found; ignored for roots.
    pub ca_issuer_urls: Vec<String>,
}

impl CaTemplate {
    /// A self-signed root.
    pub fn self_signed(&self, key: &dyn Signer) -> Result<Certificate, Error> {
        self.root_to_be_signed(&PublicKey::from_spki_der(key.public_spki_der())?, key.algorithm())?.sign(key)
    }

    /// The bytes of a root that is to sign itself with the private half of `key`.
    pub fn root_to_be_signed(
        &self,
        key: &PublicKey,
        algorithm: SignatureAlgorithm,
    ) -> Result<ToBeSigned, Error> {
        if !algorithm.fits(key.spec()) {
            return Err(Error::InvalidTemplate { reason: "the signature algorithm does not fit the key" });
        }
        let extensions = self.extensions(key).map_err(Error::Encode)?;
        self.fields(key, self.subject()?, extensions)?.encode(algorithm)
    }

    /// The bytes of an intermediate CA with this key, for `issuer` to sign.
    pub fn to_be_signed(
        &self,
        key: &PublicKey,
        issuer: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<ToBeSigned, Error> {
        check_issuer(issuer, algorithm)?;
        let extensions = self.intermediate_extensions(key, issuer).map_err(Error::Encode)?;
        self.fields(key, issuer.tbs().subject.clone(), extensions)?.encode(algorithm)
    }

    fn fields<'a>(
        &'a self,
        key: &'a PublicKey,
        issuer: Any,
        extensions: Vec<Extension>,
    ) -> Result<Fields<'a>, Error> {
        Ok(Fields {
            serial: &self.serial,
            issuer,
            not_before: self.not_before,
            not_after: self.not_after,
            subject: self.subject()?,
            key,
            extensions,
        })
    }

    fn subject(&self) -> Result<Any, Error> {
        let text = self.common_name.as_str();
        if text.trim().is_empty() || text.chars().count() > 64 || name::is_deceptive(text) {
            return Err(Error::InvalidTemplate {
                reason: "a CA needs a plain common name of 1 to 64 characters",
            });
        }
        name::name_of(Some(text)).map_err(Error::Encode)
    }

    fn extensions(&self, key: &PublicKey) -> der::Result<Vec<Extension>> {
        let usages = KeyUsages::DigitalSignature | KeyUsages::KeyCertSign | KeyUsages::CRLSign;
        Ok(vec![
            extension::key_usage(KeyUsage(usages))?,
            extension::basic_constraints(true, self.path_len)?,
            extension::subject_key_identifier(&key.key_id())?,
        ])
    }

    fn intermediate_extensions(&self, key: &PublicKey, issuer: &Certificate) -> der::Result<Vec<Extension>> {
        let mut extensions = self.extensions(key)?;
        extensions.push(extension::authority_key_identifier(&authority_key_id(issuer))?);
        if !self.ocsp_urls.is_empty() || !self.ca_issuer_urls.is_empty() {
            extensions.push(extension::authority_info_access(&self.ocsp_urls, &self.ca_issuer_urls)?);
        }
        extensions.extend(extension::crl_locations(&self.crl_urls, &self.freshest_crl_urls)?);
        Ok(extensions)
    }
}
