//! Issuers: certificate authorities that certctl can ask.

use crate::id::IssuerId;
use crate::{JsonText, Timestamp};

string_enum! {
    /// Kind of an issuer; one connector each.
    pub enum IssuerKind ("issuer type") {
        /// Local CA: self-signed root or subordinate CA held by certctl.
        GenericCa = "GenericCA",
    }
}

impl IssuerKind {
    /// Accepts the canonical text and the lower-case aliases of the API (`local`, `local_ca`, …).
    pub fn from_alias(text: &str) -> Result<Self, crate::UnknownValue> {
        match text.to_ascii_lowercase().as_str() {
            "local" | "local_ca" | "genericca" => Ok(Self::GenericCa),
            _ => text.parse(),
        }
    }
}

string_enum! {
    /// Result of the last connection test of an issuer or target.
    pub enum TestStatus ("test status") {
        /// Never tested.
        Untested = "untested",
        /// The last test passed.
        Success = "success",
        /// The last test failed.
        Failed = "failed",
    }
}

string_enum! {
    /// Where a connector's row comes from.
    pub enum ConnectorSource ("connector source") {
        /// Made through the API.
        Database = "database",
        /// Made at start from the environment.
        Env = "env",
    }
}

/// An issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// Identifier.
    pub id: IssuerId,
    /// Name, unique.
    pub name: String,
    /// Kind.
    pub kind: IssuerKind,
    /// Configuration without secrets: each secret field reads `{"set":true}`.
    pub public_config: JsonText,
    /// Whole configuration, sealed (see the `crypto` crate).
    pub sealed_config: Option<Vec<u8>>,
    /// Whether the issuer may be used.
    pub enabled: bool,
    /// When it was last tested.
    pub last_tested_at: Option<Timestamp>,
    /// Result of the last test.
    pub test_status: TestStatus,
    /// Origin of the row.
    pub source: ConnectorSource,
    /// Counts changes; replicas reload a connector when it grows.
    pub revision: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}
