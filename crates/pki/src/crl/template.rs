//! Making a list in two steps: the bytes to sign, then the signature.

use super::RevokedList;
use crate::asn1::time;
use crate::builder::authority_key_id;
use crate::raw::{bit_string, header_length, push_header, tag, value};
use crate::{Certificate, Error, extension};
use certctl_crypto::{Signature, SignatureAlgorithm, Signer};
use certctl_domain::Timestamp;
use der::Encode;
use x509_cert::ext::Extension;

/// Which certificates a list is about (issuingDistributionPoint, RFC 5280 §5.2.5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssuingPoint {
    /// Where the list is found: one of these stands in the certificates it is about. None means
    /// that it is not limited to a distribution point.
    pub urls: Vec<String>,
    /// About end-entity certificates only.
    pub only_user_certs: bool,
    /// About CA certificates only.
    pub only_ca_certs: bool,
}

/// A list to be. Equal templates and entries give equal bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlTemplate {
    /// cRLNumber: grows with every list of a CA and scope, complete and delta lists together.
    pub number: u64,
    /// When it was made; cut to whole seconds.
    pub this_update: Timestamp,
    /// When the next one exists at the latest; cut to whole seconds.
    pub next_update: Timestamp,
    /// Number of the complete list that this one adds to; absent for a complete list.
    pub delta_base: Option<u64>,
    /// Its scope, as a critical extension; absent when it is about every certificate of the CA.
    pub issuing_point: Option<IssuingPoint>,
    /// Where the delta list is found; for complete lists only.
    pub freshest_crl_urls: Vec<String>,
    /// The list also has certificates that expired since then (expiredCertsOnCRL of X.509).
    pub expired_since: Option<Timestamp>,
}

impl CrlTemplate {
    /// The bytes that `ca` is to sign with `algorithm`.
    pub fn to_be_signed(
        &self,
        revoked: &RevokedList,
        ca: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> Result<CrlToBeSigned, Error> {
        self.check(ca, algorithm)?;
        let der = self.encode(revoked, ca, algorithm).map_err(Error::Encode)?;
        Ok(CrlToBeSigned { der, algorithm })
    }

    fn check(&self, ca: &Certificate, algorithm: SignatureAlgorithm) -> Result<(), Error> {
        let refuse = |reason| Err(Error::InvalidCrl { reason });
        if !ca.may_sign_crls() {
            return refuse("the certificate of the CA does not allow it to sign CRLs");
        }
        if !ca.key_spec().is_some_and(|spec| algorithm.fits(spec)) {
            return refuse("the signature algorithm does not fit the key of the CA");
        }
        if self.next_update.unix_seconds() <= self.this_update.unix_seconds() {
            return refuse("the next update is not later than this one");
        }
        if self.delta_base.is_some_and(|base| base >= self.number) {
            return refuse("a delta list adds to one with a smaller number");
        }
        if self.delta_base.is_some() && !self.freshest_crl_urls.is_empty() {
            return refuse("a delta list does not point to another one");
        }
        if self.issuing_point.as_ref().is_some_and(|point| point.only_user_certs && point.only_ca_certs) {
            return refuse("it is about end entities only and about CAs only");
        }
        Ok(())
    }

    fn encode(
        &self,
        revoked: &RevokedList,
        ca: &Certificate,
        algorithm: SignatureAlgorithm,
    ) -> der::Result<Vec<u8>> {
        const VERSION_2: &[u8] = &[tag::INTEGER, 1, 1];
        let issuer = ca.tbs().subject.to_der()?;
        let (this, next) = (time(self.this_update)?.to_der()?, time(self.next_update)?.to_der()?);
        let extensions = value(tag::wrapped(0), &[&self.extensions(ca)?.to_der()?]);
        let before = [VERSION_2, algorithm.identifier_der(), &issuer, &this, &next].concat();
        let entries = revoked.content();
        // RFC 5280 §5.1.2.6: an empty list of entries is left out.
        let entries_length =
            if entries.is_empty() { 0 } else { header_length(entries.len()) + entries.len() };
        let length = before.len() + entries_length + extensions.len();
        let mut der = Vec::with_capacity(header_length(length) + length);
        push_header(&mut der, tag::SEQUENCE, length);
        der.extend_from_slice(&before);
        if !entries.is_empty() {
            push_header(&mut der, tag::SEQUENCE, entries.len());
            der.extend_from_slice(entries);
        }
        der.extend_from_slice(&extensions);
        Ok(der)
    }

    fn extensions(&self, ca: &Certificate) -> der::Result<Vec<Extension>> {
        let mut extensions = vec![
            extension::authority_key_identifier(&authority_key_id(ca))?,
            extension::crl_number(self.number)?,
        ];
        if let Some(base) = self.delta_base {
            extensions.push(extension::delta_crl_indicator(base)?);
        }
        if let Some(IssuingPoint { urls, only_user_certs, only_ca_certs }) = &self.issuing_point {
            extensions.push(extension::issuing_point(urls, *only_user_certs, *only_ca_certs)?);
        }
        if !self.freshest_crl_urls.is_empty() {
            extensions.push(extension::freshest_crl(&self.freshest_crl_urls)?);
        }
        if let Some(since) = self.expired_since {
            extensions.push(extension::expired_certs_on_crl(time(since)?.to_date_time())?);
        }
        Ok(extensions)
    }
}

/// A `TBSCertList` waiting for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrlToBeSigned {
    der: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

impl CrlToBeSigned {
    /// The bytes to sign.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The algorithm that the signature must use.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// Signs with the key of the CA; gives DER of the list.
    pub fn sign(&self, ca_key: &dyn Signer) -> Result<Vec<u8>, Error> {
        self.assemble(&ca_key.sign(&self.der).map_err(Error::Crypto)?)
    }

    /// Joins the signed bytes with a signature made elsewhere. Whether it verifies is for
    /// [`Crl::verify_signed_by`](super::Crl::verify_signed_by) to say.
    pub fn assemble(&self, signature: &Signature) -> Result<Vec<u8>, Error> {
        if signature.algorithm != self.algorithm {
            return Err(Error::AlgorithmsDiffer);
        }
        let parts = [self.der.as_slice(), self.algorithm.identifier_der(), &bit_string(&signature.bytes)];
        Ok(value(tag::SEQUENCE, &parts))
    }
}
