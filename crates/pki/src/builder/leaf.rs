//! End-entity certificates.

use super::{Fields, ToBeSigned, authority_key_id, check_issuer};
use crate::{Certificate, Error, PublicKey, Serial, extension, name};
use certctl_crypto::SignatureAlgorithm;
use certctl_domain::Timestamp;
use certctl_domain::profile::{ExtendedKeyUsage, KeyAlgorithm};
use certctl_domain::san::San;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{KeyUsage, KeyUsages};

/// Everything that distinguishes one end-entity certificate from another. Equal templates give
/// equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafTemplate {
    /// Serial number.
    pub serial: Serial,
    /// Start of validity; cut to whole seconds.
    pub not_before: Timestamp,
    /// Last second of validity; cut to whole seconds.
    pub not_after: Timestamp,
    /// Common name of the subject. It is left out when it is not one of `sans` or has more than
    /// 64 characters; the subject is empty then and the SAN extension critical.
    pub common_name: Option<String>,
    /// Subject alternative names, at least one; sorted and without duplicates in the certificate.
    pub sans: Vec<San>,
    /// Key to certify.
    pub public_key: PublicKey,
    /// Key purposes, at least one.
    pub extended_key_usages: Vec<ExtendedKeyUsage>,
    /// Whether to demand OCSP stapling (RFC 7633).
    pub must_staple: bool,
    /// Where OCSP is answered (authorityInfoAccess).
    pub ocsp_urls: Vec<String>,
    /// Where the issuer's certificate is found (authorityInfoAccess).
    pub ca_issuer_urls: Vec<String>,
    /// Where the CRL is found (cRLDistributionPoints).
    pub crl_urls: Vec<String>,
    /// Where the delta CRL is found (freshestCRL); ignored without `crl_urls`.
    pub freshest_crl_urls: Vec<String>,
    /// Whether to say that its revocation is never announced (RFC 9608), for certificates that live
    /// shorter than an announcement takes. The places of CRL and OCSP are left out then.
    pub no_rev_avail: bool,
}

impl LeafTemplate {
    /// The bytes that `issuer` is to sign with `algorithm`.
    pub fn to_be_signed(
        &self,
        issuer: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<ToBeSigned, Error> {
        check_issuer(issuer, algorithm)?;
        if self.sans.is_empty() {
            return Err(Error::InvalidTemplate { reason: "it has no subject alternative name" });
        }
        if self.extended_key_usages.is_empty() {
            return Err(Error::InvalidTemplate { reason: "it has no extended key usage" });
        }
        if self.no_rev_avail && self.must_staple {
            return Err(Error::InvalidTemplate {
                reason: "it demands an OCSP response and says that there is none",
            });
        }
        let subject = name::subject_common_name(self.common_name.as_deref(), &self.sans);
        let fields = Fields {
            serial: &self.serial,
            issuer: issuer.tbs().subject.clone(),
            not_before: self.not_before,
            not_after: self.not_after,
            subject: name::name_of(subject.as_deref()).map_err(Error::Encode)?,
            key: &self.public_key,
            extensions: self.extensions(issuer, subject.is_none()).map_err(Error::Encode)?,
        };
        fields.encode(algorithm)
    }

    fn extensions(&self, issuer: &Certificate, subject_is_empty: bool) -> der::Result<Vec<Extension>> {
        let mut extensions = vec![
            extension::key_usage(self.key_usage())?,
            extension::extended_key_usage(&self.extended_key_usages)?,
            extension::basic_constraints(false, None)?,
            extension::subject_key_identifier(&self.public_key.key_id())?,
            extension::authority_key_identifier(&authority_key_id(issuer))?,
        ];
        let ocsp_urls: &[String] = if self.no_rev_avail { &[] } else { &self.ocsp_urls };
        if !ocsp_urls.is_empty() || !self.ca_issuer_urls.is_empty() {
            extensions.push(extension::authority_info_access(ocsp_urls, &self.ca_issuer_urls)?);
        }
        extensions.push(extension::subject_alt_name(&self.sans, subject_is_empty)?);
        if self.no_rev_avail {
            extensions.push(extension::no_rev_avail()?);
        } else {
            extensions.extend(extension::crl_locations(&self.crl_urls, &self.freshest_crl_urls)?);
        }
        if self.must_staple {
            extensions.push(extension::must_staple()?);
        }
        Ok(extensions)
    }

    /// RSA keys of TLS servers also decrypt, in the RSA key exchange of TLS 1.2, and so do those of
    /// mailboxes (RFC 8551 §2.3); all others only sign.
    fn key_usage(&self) -> KeyUsage {
        let decrypts = self.public_key.spec().algorithm == KeyAlgorithm::Rsa
            && [ExtendedKeyUsage::ServerAuth, ExtendedKeyUsage::EmailProtection]
                .iter()
                .any(|usage| self.extended_key_usages.contains(usage));
        if decrypts {
            KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment)
        } else {
            KeyUsage(KeyUsages::DigitalSignature.into())
        }
    }
}
