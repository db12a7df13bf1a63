//! Key pairs of local certificate authorities.

use crate::Timestamp;
use crate::id::{CaKeyId, IssuerId};

string_enum! {
    /// Life of a CA key.
    pub enum CaKeyState ("CA key state") {
        /// Signs new certificates.
        Active = "active",
        /// Signs revocation information only.
        Retiring = "retiring",
        /// Signs nothing.
        Retired = "retired",
    }
}

/// A CA key pair kept in the database. At most one is active per issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaKey {
    /// Identifier.
    pub id: CaKeyId,
    /// Issuer that signs with it.
    pub issuer_id: IssuerId,
    /// State.
    pub state: CaKeyState,
    /// CA certificate first, then its chain if any, PEM.
    pub certificate_pem: String,
    /// PKCS#8 private key, sealed (see the `crypto` crate).
    pub sealed_key: Vec<u8>,
    /// Start of validity of the CA certificate.
    pub not_before: Timestamp,
    /// End of validity of the CA certificate.
    pub not_after: Timestamp,
    /// Creation time.
    pub created_at: Timestamp,
}
