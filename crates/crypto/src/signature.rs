//! Signature algorithms of X.509, signing as a trait, and verification.

use crate::Error;
use aws_lc_rs::signature::{self as lc, UnparsedPublicKey, VerificationAlgorithm};
use certctl_domain::profile::{KeyAlgorithm, KeySpec};
use std::fmt;

/// A signature algorithm of RFC 5280 certificates. Broken digests (MD5, SHA-1) have no variant,
/// so what is signed with them cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// ECDSA with SHA-256 (RFC 5758).
    EcdsaSha256,
    /// ECDSA with SHA-384 (RFC 5758).
    EcdsaSha384,
    /// ECDSA with SHA-512 (RFC 5758).
    EcdsaSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 4055).
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 4055).
    RsaSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 4055).
    RsaSha512,
    /// RSASSA-PSS with SHA-256, MGF1 with the same digest, 32 octets of salt (RFC 4055).
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with the same digest, 48 octets of salt (RFC 4055).
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with the same digest, 64 octets of salt (RFC 4055).
    RsaPssSha512,
    /// Ed25519 (RFC 8410).
    Ed25519,
}

/// A signature and how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Content of the BIT STRING: DER `ECDSA-Sig-Value`, or the raw RSA or Ed25519 octets.
    pub bytes: Vec<u8>,
}

/// A private key that signs, wherever it lives: in memory, in a module, behind a service.
pub trait Signer: Send + Sync + fmt::Debug {
    /// DER of the `SubjectPublicKeyInfo`.
    fn public_spki_der(&self) -> &[u8];

    /// The one algorithm this key signs with; to-be-signed structures name it beforehand.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs `message`, which is not hashed yet.
    fn sign(&self, message: &[u8]) -> Result<Signature, Error>;
}

impl SignatureAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 10] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::RsaPssSha256,
        Self::RsaPssSha384,
        Self::RsaPssSha512,
        Self::Ed25519,
    ];

    /// Its name as OpenSSL and the RFCs write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "ecdsa-with-SHA256",
            Self::EcdsaSha384 => "ecdsa-with-SHA384",
            Self::EcdsaSha512 => "ecdsa-with-SHA512",
            Self::RsaSha256 => "sha256WithRSAEncryption",
            Self::RsaSha384 => "sha384WithRSAEncryption",
            Self::RsaSha512 => "sha512WithRSAEncryption",
            Self::RsaPssSha256 => "rsassaPss-SHA256",
            Self::RsaPssSha384 => "rsassaPss-SHA384",
            Self::RsaPssSha512 => "rsassaPss-SHA512",
            Self::Ed25519 => "ED25519",
        }
    }

    /// DER of the `AlgorithmIdentifier`, with exactly the parameters its RFC demands: NULL for
    /// PKCS#1 v1.5, none for ECDSA and Ed25519, the full set for PSS.
    pub const fn identifier_der(self) -> &'static [u8] {
        match self {
            Self::EcdsaSha256 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
            Self::EcdsaSha384 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
            Self::EcdsaSha512 => b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
            Self::RsaSha256 => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
            Self::RsaSha384 => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00",
            Self::RsaSha512 => b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
            Self::RsaPssSha256 => {
                b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
                \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
                \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\
                \x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa2\x03\x02\x01\x20"
            }
            Self::RsaPssSha384 => {
                b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
                \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\
                \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\
                \x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\xa2\x03\x02\x01\x30"
            }
            Self::RsaPssSha512 => {
                b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
                \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\
                \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\
                \x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\xa2\x03\x02\x01\x40"
            }
            Self::Ed25519 => b"\x30\x05\x06\x03\x2b\x65\x70",
        }
    }

    /// The algorithm with exactly this DER, if there is one.
    pub fn from_identifier_der(der: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.identifier_der() == der)
    }

    /// Verifies `signature` over `message`.
    ///
    /// `public_key` is the content of the `subjectPublicKey` BIT STRING: DER `RSAPublicKey`, an
    /// uncompressed curve point or 32 Ed25519 octets; `key` says which. RSA keys under 2048 and
    /// over 8192 bits never verify.
    pub fn verify(
        self,
        key: KeySpec,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let algorithm = self.verification(key).ok_or(Error::AlgorithmMismatch { algorithm: self })?;
        UnparsedPublicKey::new(algorithm, public_key)
            .verify(message, signature)
            .or(Err(Error::InvalidSignature))
    }

    /// Whether a key of this kind can sign with the algorithm.
    pub fn fits(self, key: KeySpec) -> bool {
        self.verification(key).is_some()
    }

    fn verification(self, key: KeySpec) -> Option<&'static dyn VerificationAlgorithm> {
        Some(match (key.algorithm, key.size, self) {
            (KeyAlgorithm::Ecdsa, 256, Self::EcdsaSha256) => &lc::ECDSA_P256_SHA256_ASN1,
            (KeyAlgorithm::Ecdsa, 256, Self::EcdsaSha384) => &lc::ECDSA_P256_SHA384_ASN1,
            (KeyAlgorithm::Ecdsa, 256, Self::EcdsaSha512) => &lc::ECDSA_P256_SHA512_ASN1,
            (KeyAlgorithm::Ecdsa, 384, Self::EcdsaSha256) => &lc::ECDSA_P384_SHA256_ASN1,
            (KeyAlgorithm::Ecdsa, 384, Self::EcdsaSha384) => &lc::ECDSA_P384_SHA384_ASN1,
            (KeyAlgorithm::Ecdsa, 384, Self::EcdsaSha512) => &lc::ECDSA_P384_SHA512_ASN1,
            (KeyAlgorithm::Ecdsa, 521, Self::EcdsaSha256) => &lc::ECDSA_P521_SHA256_ASN1,
            (KeyAlgorithm::Ecdsa, 521, Self::EcdsaSha384) => &lc::ECDSA_P521_SHA384_ASN1,
            (KeyAlgorithm::Ecdsa, 521, Self::EcdsaSha512) => &lc::ECDSA_P521_SHA512_ASN1,
            (KeyAlgorithm::Rsa, _, Self::RsaSha256) => &lc::RSA_PKCS1_2048_8192_SHA256,
            (KeyAlgorithm::Rsa, _, Self::RsaSha384) => &lc::RSA_PKCS1_2048_8192_SHA384,
            (KeyAlgorithm::Rsa, _, Self::RsaSha512) => &lc::RSA_PKCS1_2048_8192_SHA512,
            (KeyAlgorithm::Rsa, _, Self::RsaPssSha256) => &lc::RSA_PSS_2048_8192_SHA256,
            (KeyAlgorithm::Rsa, _, Self::RsaPssSha384) => &lc::RSA_PSS_2048_8192_SHA384,
            (KeyAlgorithm::Rsa, _, Self::RsaPssSha512) => &lc::RSA_PSS_2048_8192_SHA512,
            (KeyAlgorithm::Ed25519, _, Self::Ed25519) => &lc::ED25519,
            _ => return None,
        })
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
