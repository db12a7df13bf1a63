//! OCSP responders as administrators look at them.

use certctl_domain::Timestamp;
use certctl_domain::id::{IssuerId, OcspResponderId};
use serde::{Deserialize, Serialize};

/// A delegated OCSP responder (RFC 6960 §4.2.2.2). Its key never leaves the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OcspResponder {
    /// Identifier.
    pub id: OcspResponderId,
    /// Issuer that it answers for.
    pub issuer_id: IssuerId,
    /// Identity of the CA that certified it: hexadecimal, as in the CRLs.
    pub authority: String,
    /// Whether it signs now. Of each CA one does; the others have signed what may still be in caches.
    pub current: bool,
    /// Serial number of its certificate.
    pub serial_number: String,
    /// Kind of its key, such as `ECDSA-256`.
    pub key_algorithm: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// Serial number of the responder that it replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_from: Option<String>,
    /// When another one took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its certificate, PEM.
    pub certificate_pem: String,
}

/// The OCSP responders of all issuers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OcspResponders {
    /// By issuer, newest first. An issuer that was never asked has none yet.
    pub responders: Vec<OcspResponder>,
    /// How many.
    pub row_count: u64,
    /// When this was read.
    pub generated_at: Timestamp,
}
