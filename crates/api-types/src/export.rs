//! Certificates as files.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Answer of `GET /certificates/{id}/export/pem`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PemExport {
    /// The leaf.
    pub cert_pem: String,
    /// What is above it, without the root; may be empty.
    pub chain_pem: String,
    /// Both.
    pub full_pem: String,
}

/// Body of `POST /certificates/{id}/export/pkcs12`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Pkcs12Request {
    /// Password of the file, at most 256 characters.
    pub password: String,
    /// Must be `true` when the password is empty, which protects nothing.
    #[serde(default)]
    pub allow_empty_password: bool,
}

impl fmt::Debug for Pkcs12Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Request").field("password", &"[redacted]").finish_non_exhaustive()
    }
}
