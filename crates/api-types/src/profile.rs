//! Certificate profiles.

use crate::issuer::yes;
use certctl_domain::Timestamp;
use certctl_domain::id::ProfileId;
use certctl_domain::profile::{AcmeAuthMode, ExtendedKeyUsage, KeyAlgorithm};
use serde::{Deserialize, Serialize};

/// An accepted kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AllowedKey {
    /// Algorithm.
    pub algorithm: KeyAlgorithm,
    /// Smallest size in bits: RSA 2048 to 8192, ECDSA 256 to 521, Ed25519 0.
    #[serde(default)]
    pub min_size: u32,
}

/// A certificate profile: what may be issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Identifier.
    pub id: ProfileId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Accepted keys.
    pub allowed_key_algorithms: Vec<AllowedKey>,
    /// Longest validity in seconds; 0 sets no cap.
    pub max_ttl_seconds: u32,
    /// Extended key usages of what is issued.
    pub allowed_ekus: Vec<ExtendedKeyUsage>,
    /// Regular expressions; each name of a certificate matches one as a whole, when there are any.
    pub required_san_patterns: Vec<String>,
    /// Regular expression for SPIFFE URIs; empty sets none.
    pub spiffe_uri_pattern: String,
    /// Whether lifetimes under one hour are wanted.
    pub allow_short_lived: bool,
    /// Whether certificates carry the TLS feature extension (RFC 7633).
    pub must_staple: bool,
    /// Whether certificates say that their revocation is not announced (RFC 9608).
    pub no_rev_avail: bool,
    /// Names of CSR attributes that must be present.
    pub required_csr_attributes: Vec<String>,
    /// How ACME orders prove control of their names.
    pub acme_auth_mode: AcmeAuthMode,
    /// Whether issuance waits for a second person.
    pub requires_approval: bool,
    /// Whether the profile may be used.
    pub enabled: bool,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
}

/// Body of `POST /profiles` and `PUT /profiles/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ProfileRequest {
    /// Identifier to use, on creation only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ProfileId>,
    /// Name, 1 to 255 characters, unique.
    pub name: String,
    /// Free text, at most 1024 characters.
    #[serde(default)]
    pub description: String,
    /// Accepted keys. Empty or left out: ECDSA from 256 and RSA from 2048 bits.
    #[serde(default)]
    pub allowed_key_algorithms: Vec<AllowedKey>,
    /// Longest validity in seconds; 0, or left out, sets no cap.
    #[serde(default)]
    pub max_ttl_seconds: u32,
    /// Extended key usages of what is issued. Empty or left out: `serverAuth`.
    #[serde(default)]
    pub allowed_ekus: Vec<ExtendedKeyUsage>,
    /// Regular expressions; each name of a certificate must match one as a whole, when there are any.
    #[serde(default)]
    pub required_san_patterns: Vec<String>,
    /// Regular expression for SPIFFE URIs; empty sets none.
    #[serde(default)]
    pub spiffe_uri_pattern: String,
    /// Whether lifetimes under one hour are wanted; needs `max_ttl_seconds` of 1 to 3599.
    #[serde(default)]
    pub allow_short_lived: bool,
    /// Whether certificates carry the TLS feature extension (RFC 7633).
    #[serde(default)]
    pub must_staple: bool,
    /// Whether certificates say that their revocation is not announced (RFC 9608); needs `allow_short_lived`, and
    /// excludes `must_staple`.
    #[serde(default)]
    pub no_rev_avail: bool,
    /// Names of CSR attributes that must be present, for example `challengePassword`.
    #[serde(default)]
    pub required_csr_attributes: Vec<String>,
    /// How ACME orders prove control of their names; `trust_authenticated` when left out.
    #[serde(default = "trusting")]
    pub acme_auth_mode: AcmeAuthMode,
    /// Whether issuance waits for a second person.
    #[serde(default)]
    pub requires_approval: bool,
    /// Whether the profile may be used; `true` when left out.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn trusting() -> AcmeAuthMode {
    AcmeAuthMode::TrustAuthenticated
}
