//! Responses to be signed (RFC 6960 §4.2).

use super::cert_id::sha1_of_key;
use super::request::nonce_extension;
use super::{CertId, oid};
use crate::asn1::{NULL, time};
use crate::raw::{bit_string, push, tag, value};
use crate::{Certificate, Error};
use certctl_crypto::{Signature, SignatureAlgorithm, Signer};
use certctl_domain::Timestamp;
use certctl_domain::revocation::RevocationReason;
use der::Encode;
use der::asn1::GeneralizedTime;

/// What is said about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OcspStatus {
    /// It is not revoked.
    Good,
    /// It is.
    Revoked {
        /// Since when; cut to whole seconds.
        at: Timestamp,
        /// Why; `unspecified` is left out.
        reason: RevocationReason,
    },
    /// Nothing is known about it.
    Unknown,
}

/// The answer about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleAnswer {
    /// The certificate, as it was asked for.
    pub cert_id: CertId,
    /// What is said.
    pub status: OcspStatus,
    /// Since when this is known to be right.
    pub this_update: Timestamp,
    /// When something newer is there at the latest.
    pub next_update: Option<Timestamp>,
    /// The oldest end of validity for which answers are still given.
    pub archive_cutoff: Option<Timestamp>,
}

/// Who signs: the CA itself, or a delegate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responder {
    key_hash: [u8; 20],
}

impl Responder {
    /// The responder whose key this certificate certifies.
    pub fn of(certificate: &Certificate) -> Result<Self, Error> {
        sha1_of_key(certificate).map(|key_hash| Self { key_hash })
    }

    /// SHA-1 of its key, which responses name it by.
    pub const fn key_hash(&self) -> &[u8; 20] {
        &self.key_hash
    }
}

/// A response to be. Times are cut to whole seconds.
#[derive(Debug, Clone, Copy)]
pub struct ResponseTemplate<'a> {
    /// Who signs.
    pub responder: &'a Responder,
    /// When it is signed.
    pub produced_at: Timestamp,
    /// The answers, at least one.
    pub answers: &'a [SingleAnswer],
    /// The nonce of the request.
    pub nonce: Option<&'a [u8]>,
    /// Whether certificates that were never issued are answered as revoked (RFC 6960 §4.4.8).
    pub extended_revoke: bool,
}

impl ResponseTemplate<'_> {
    /// The bytes that the responder is to sign with `algorithm`.
    pub fn to_be_signed(&self, algorithm: SignatureAlgorithm) -> Result<ResponseToBeSigned, Error> {
        if self.answers.is_empty() {
            return Err(Error::InvalidOcspResponse { reason: "it has no answer" });
        }
        let backwards =
            |answer: &SingleAnswer| answer.next_update.is_some_and(|next| next < answer.this_update);
        if self.answers.iter().any(backwards) {
            return Err(Error::InvalidOcspResponse { reason: "an answer ends before it begins" });
        }
        let der = self.encode().map_err(Error::Encode)?;
        Ok(ResponseToBeSigned { der, algorithm })
    }

    fn encode(&self) -> der::Result<Vec<u8>> {
        let by_key = value(tag::wrapped(2), &[&value(tag::OCTET_STRING, &[&self.responder.key_hash])]);
        let mut answers = Vec::with_capacity(self.answers.len() * 192);
        for answer in self.answers {
            let fields = single(answer)?;
            push(&mut answers, tag::SEQUENCE, &[&fields]);
        }
        let answers = value(tag::SEQUENCE, &[&answers]);
        let mut extensions = self.nonce.map(nonce_extension).unwrap_or_default();
        if self.extended_revoke {
            let null = value(tag::OCTET_STRING, &[NULL]);
            push(&mut extensions, tag::SEQUENCE, &[oid::EXTENDED_REVOKE, &null]);
        }
        let extensions = explicit_list(1, &extensions);
        Ok(value(tag::SEQUENCE, &[&by_key, &general_time(self.produced_at)?, &answers, &extensions]))
    }
}

/// The content of a `SingleResponse`.
fn single(answer: &SingleAnswer) -> der::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(192);
    out.extend_from_slice(answer.cert_id.der());
    match answer.status {
        OcspStatus::Good => push(&mut out, tag::primitive(0), &[]),
        OcspStatus::Unknown => push(&mut out, tag::primitive(2), &[]),
        OcspStatus::Revoked { at, reason } => {
            let code = [tag::ENUMERATED, 1, reason.code()];
            let reason = (reason != RevocationReason::Unspecified).then(|| value(tag::wrapped(0), &[&code]));
            push(&mut out, tag::wrapped(1), &[&general_time(at)?, &reason.unwrap_or_default()]);
        }
    }
    out.extend(general_time(answer.this_update)?);
    if let Some(next) = answer.next_update {
        push(&mut out, tag::wrapped(0), &[&general_time(next)?]);
    }
    if let Some(cutoff) = answer.archive_cutoff {
        let cutoff = value(tag::OCTET_STRING, &[&general_time(cutoff)?]);
        let extension = value(tag::SEQUENCE, &[oid::ARCHIVE_CUTOFF, &cutoff]);
        out.extend(explicit_list(1, &extension));
    }
    Ok(out)
}

/// `[number] EXPLICIT SEQUENCE OF` already encoded values; nothing when there are none.
fn explicit_list(number: u8, values: &[u8]) -> Vec<u8> {
    if values.is_empty() {
        return Vec::new();
    }
    value(tag::wrapped(number), &[&value(tag::SEQUENCE, &[values])])
}

fn general_time(at: Timestamp) -> der::Result<Vec<u8>> {
    GeneralizedTime::from_date_time(time(at)?.to_date_time()).to_der()
}

/// The status of a response with answers.
const SUCCESSFUL: &[u8] = &[tag::ENUMERATED, 1, 0];

/// `ResponseData` waiting for its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseToBeSigned {
    der: Vec<u8>,
    algorithm: SignatureAlgorithm,
}

impl ResponseToBeSigned {
    /// The bytes to sign.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Signs with the responder's key; gives DER of the whole response.
    pub fn sign(&self, key: &dyn Signer, certificates: &[Certificate]) -> Result<Vec<u8>, Error> {
        self.assemble(&key.sign(&self.der).map_err(Error::Crypto)?, certificates)
    }

    /// Joins the signed bytes with a signature made elsewhere, and with the certificates that a
    /// client needs to verify it: that of a delegate, none when the CA signs itself.
    pub fn assemble(&self, signature: &Signature, certificates: &[Certificate]) -> Result<Vec<u8>, Error> {
        if signature.algorithm != self.algorithm {
            return Err(Error::AlgorithmsDiffer);
        }
        let certificates: Vec<&[u8]> = certificates.iter().map(Certificate::der).collect();
        let certificates = explicit_list(0, &certificates.concat());
        let bits = bit_string(&signature.bytes);
        let basic = value(tag::SEQUENCE, &[&self.der, self.algorithm.identifier_der(), &bits, &certificates]);
        let bytes = value(tag::SEQUENCE, &[oid::BASIC, &value(tag::OCTET_STRING, &[&basic])]);
        Ok(value(tag::SEQUENCE, &[SUCCESSFUL, &value(tag::wrapped(0), &[&bytes])]))
    }
}
