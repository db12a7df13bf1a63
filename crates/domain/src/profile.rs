//! Certificate profiles: what may be issued.

use crate::Timestamp;
use crate::id::ProfileId;
use std::time::Duration;

string_enum! {
    /// Public key algorithm.
    pub enum KeyAlgorithm ("key algorithm") {
        /// RSA.
        Rsa = "RSA",
        /// ECDSA on a NIST curve.
        Ecdsa = "ECDSA",
        /// Ed25519.
        Ed25519 = "Ed25519",
    }
}

string_enum! {
    /// Extended key usage (RFC 5280 §4.2.1.12).
    pub enum ExtendedKeyUsage ("extended key usage") {
        /// TLS server authentication.
        ServerAuth = "serverAuth",
        /// TLS client authentication.
        ClientAuth = "clientAuth",
        /// Code signing.
        CodeSigning = "codeSigning",
        /// Mail protection.
        EmailProtection = "emailProtection",
        /// Time stamping.
        TimeStamping = "timeStamping",
    }
}

string_enum! {
    /// How an ACME order proves control of its names.
    pub enum AcmeAuthMode ("ACME authorization mode") {
        /// The account is trusted; no challenge.
        TrustAuthenticated = "trust_authenticated",
        /// RFC 8555 challenges.
        Challenge = "challenge",
    }
}

/// An allowed key algorithm with its smallest size in bits (ignored for Ed25519).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedKey {
    /// Algorithm.
    pub algorithm: KeyAlgorithm,
    /// Smallest size in bits.
    pub min_size: u32,
}

/// A concrete kind of key to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeySpec {
    /// Algorithm.
    pub algorithm: KeyAlgorithm,
    /// Size in bits: 256 or 384 for ECDSA, 2048, 3072 or 4096 for RSA, 256 for Ed25519.
    pub size: u32,
}

impl KeySpec {
    /// ECDSA on P-256, the default everywhere.
    pub const P256: Self = Self { algorithm: KeyAlgorithm::Ecdsa, size: 256 };
}

/// A certificate profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateProfile {
    /// Identifier.
    pub id: ProfileId,
    /// Name, unique.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Accepted keys; empty accepts any key the hygiene rules accept.
    pub allowed_keys: Vec<AllowedKey>,
    /// Longest validity in seconds; 0 sets no cap.
    pub max_ttl_seconds: u32,
    /// EKUs of what is issued.
    pub allowed_ekus: Vec<ExtendedKeyUsage>,
    /// Regular expressions; each SAN must match at least one when there are any.
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
    /// ACME authorization mode.
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

/// Names of CSR attributes and subject attributes that a profile can require.
pub const CSR_ATTRIBUTES: &[&str] = &[
    "commonName",
    "surname",
    "serialNumber",
    "countryName",
    "localityName",
    "stateOrProvinceName",
    "organizationName",
    "organizationalUnitName",
    "title",
    "challengePassword",
    "emailAddress",
    "extensionRequest",
    "deviceSerialNumber",
    "unstructuredName",
    "unstructuredAddress",
];

impl CertificateProfile {
    /// Names this state of the row: microseconds of the last change, which every change moves on.
    pub const fn revision(&self) -> i64 {
        self.updated_at.unix_micros()
    }

    /// Longest validity, when capped.
    pub fn max_ttl(&self) -> Option<Duration> {
        (self.max_ttl_seconds > 0).then(|| Duration::from_secs(self.max_ttl_seconds.into()))
    }

    /// Whether a key of this kind is accepted.
    pub fn accepts_key(&self, key: KeySpec) -> bool {
        self.allowed_keys.is_empty()
            || self.allowed_keys.iter().any(|allowed| {
                allowed.algorithm == key.algorithm
                    && (key.algorithm == KeyAlgorithm::Ed25519 || key.size >= allowed.min_size)
            })
    }

    /// Short-lived in the sense of the API: the flag, and a cap under one hour.
    pub fn is_short_lived(&self) -> bool {
        self.allow_short_lived && (1..3600).contains(&self.max_ttl_seconds)
    }

    /// The key an agent makes for this profile: P-256 when accepted, else the first accepted kind.
    pub fn preferred_key(&self) -> KeySpec {
        if self.accepts_key(KeySpec::P256) {
            return KeySpec::P256;
        }
        self.allowed_keys.first().map_or(KeySpec::P256, |allowed| match allowed.algorithm {
            KeyAlgorithm::Ecdsa => KeySpec { algorithm: KeyAlgorithm::Ecdsa, size: 384 },
            KeyAlgorithm::Ed25519 => KeySpec { algorithm: KeyAlgorithm::Ed25519, size: 256 },
            KeyAlgorithm::Rsa => {
                let size =
                    [2048, 3072, 4096].into_iter().find(|size| *size >= allowed.min_size).unwrap_or(4096);
                KeySpec { algorithm: KeyAlgorithm::Rsa, size }
            }
        })
    }
}
