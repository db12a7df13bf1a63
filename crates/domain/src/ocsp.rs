//! OCSP responders and answers as they are kept.

use crate::Timestamp;
use crate::id::{IssuerId, OcspResponderId};

string_enum! {
    /// What a kept answer says; others are never kept.
    pub enum AnswerStatus ("status of an OCSP answer") {
        /// Not revoked.
        Good = "good",
        /// Revoked.
        Revoked = "revoked",
    }
}

/// A delegated OCSP responder (RFC 6960 §4.2.2.2). At most one per CA is current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspResponder {
    /// Identifier.
    pub id: OcspResponderId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Identity of the CA that certified it: lower-case hex, see `certctl_pki`.
    pub authority: String,
    /// Its certificate, PEM.
    pub certificate_pem: String,
    /// Serial number of the certificate in canonical form.
    pub serial_number: String,
    /// Kind of its key, such as `ECDSA-256`.
    pub key_algorithm: String,
    /// PKCS#8 private key, sealed (see the `crypto` crate).
    pub sealed_key: Vec<u8>,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Serial number of the responder that it replaced.
    pub rotated_from: Option<String>,
    /// When another one took over; absent while it is current.
    pub superseded_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Names one kept answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number in canonical form.
    pub serial_number: String,
    /// Identity of the CA.
    pub authority: String,
    /// Digest of the question: `sha1`, `sha256`, `sha384` or `sha512`.
    pub hash: String,
}

/// An answer that was signed ahead of the question. It counts only while it says what the revocation
/// of its serial number says: readers compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Which one.
    pub key: AnswerKey,
    /// Who signed.
    pub responder_id: OcspResponderId,
    /// `OCSPResponse`, DER.
    pub response_der: Vec<u8>,
    /// What it says.
    pub status: AnswerStatus,
    /// The `generation` of the revocation that it tells of; 0 for good ones.
    pub revocation_generation: i64,
    /// `thisUpdate`.
    pub this_update: Timestamp,
    /// `nextUpdate`.
    pub next_update: Timestamp,
    /// When it should be signed anew.
    pub refresh_at: Timestamp,
    /// When it was signed.
    pub generated_at: Timestamp,
}
