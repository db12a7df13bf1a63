//! The issuance ledger: every serial number certctl ever committed to, before it was signed.

use crate::Timestamp;
use crate::certificate::CertificateSource;
use crate::id::{CertificateId, IssuanceId, IssuerId, JobId};

string_enum! {
    /// How far an issuance came.
    pub enum IssuanceState ("issuance state") {
        /// Intent recorded; nothing signed is known.
        Intent = "intent",
        /// Signed and recorded.
        Issued = "issued",
        /// Given up after the intent; if it was signed at all, it was never released.
        Abandoned = "abandoned",
    }
}

/// One row of the ledger. `(issuer_id, serial_number)` is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuance {
    /// Identifier.
    pub id: IssuanceId,
    /// Issuer.
    pub issuer_id: IssuerId,
    /// Serial number in canonical form; absent until a remote CA has chosen it.
    pub serial_number: Option<String>,
    /// How far it came.
    pub state: IssuanceState,
    /// Inventory row, when there is one.
    pub certificate_id: Option<CertificateId>,
    /// Job that had it issued.
    pub job_id: Option<JobId>,
    /// Lower-case hex SHA-256 of the sorted names; what was issued for the same set is counted by it.
    pub names_hash: Option<String>,
    /// Where the request came from.
    pub source: CertificateSource,
    /// Lower-case hex SHA-256 of the to-be-signed structure, when the CA is ours.
    pub tbs_sha256: Option<String>,
    /// Lower-case hex SHA-256 of the `SubjectPublicKeyInfo`, DER; unknown of old rows.
    pub spki_sha256: Option<String>,
    /// Partition of the CRL that the certificate names; 0 when it names the undivided one.
    pub crl_shard: u32,
    /// Lower-case hex SHA-256 of the certificate's DER, once issued.
    pub fingerprint_sha256: Option<String>,
    /// Start of validity, once known.
    pub not_before: Option<Timestamp>,
    /// End of validity, once known.
    pub not_after: Option<Timestamp>,
    /// When the intent was recorded.
    pub recorded_at: Timestamp,
    /// When it was issued or abandoned.
    pub finished_at: Option<Timestamp>,
}
