//! Issued leaves of managed certificates.

use crate::Timestamp;
use crate::id::{AgentId, CertificateId, IssuerId, JobId, VersionId};

/// One issued leaf. Never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateVersion {
    /// Identifier.
    pub id: VersionId,
    /// Inventory row it belongs to.
    pub certificate_id: CertificateId,
    /// Issuer that signed it.
    pub issuer_id: IssuerId,
    /// Job that had it issued.
    pub job_id: Option<JobId>,
    /// Agent that holds the private key.
    pub agent_id: Option<AgentId>,
    /// Serial number: lower-case hex, even length, no leading zero octets.
    pub serial_number: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Lower-case hex SHA-256 of the leaf's DER.
    pub fingerprint_sha256: String,
    /// Leaf first, then its chain without the root, PEM.
    pub pem_chain: String,
    /// The request it was made from, PEM.
    pub csr_pem: String,
    /// `RSA`, `ECDSA` or `Ed25519`.
    pub key_algorithm: String,
    /// Key size in bits.
    pub key_size: u32,
    /// When it was recorded.
    pub created_at: Timestamp,
}
