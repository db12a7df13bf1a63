//! What can go wrong with keys and sealed values. No message holds key material.

use crate::KeyId;
use certctl_domain::profile::KeySpec;

/// Failure of a cryptographic operation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system gave no random bytes.
    #[error("the random source is unavailable")]
    RandomUnavailable,
    /// A passphrase for the master key is too short to be one.
    #[error("a master passphrase needs at least 32 bytes, this one has {length}")]
    WeakPassphrase {
        /// Its length in bytes.
        length: usize,
    },
    /// A line of the master key file is not base64 of 32 bytes.
    #[error("line {line} of the master key file is not base64 of 32 bytes")]
    MalformedMasterKey {
        /// Line number, from 1.
        line: usize,
    },
    /// The master key file has no key in it.
    #[error("the master key file holds no key")]
    NoMasterKey,
    /// A sealed value names a master key that the keyring does not have.
    #[error("sealed with master key {key_id}, which is not in the keyring")]
    UnknownKey {
        /// The key it was sealed with.
        key_id: KeyId,
    },
    /// A sealed value is damaged, truncated, or belongs to another row or column.
    #[error("the sealed value is damaged or belongs to another place")]
    Corrupt,
    /// The value could not be encrypted.
    #[error("the value could not be sealed")]
    SealFailed,
    /// Text that should be PEM (RFC 7468) is not.
    #[error("malformed PEM: {reason}")]
    MalformedPem {
        /// What is wrong.
        reason: &'static str,
    },
    /// PEM text without a private key in it.
    #[error("there is no private key in the PEM text")]
    NoPrivateKey,
    /// The private key is encrypted.
    #[error("the private key is encrypted; give it without a passphrase")]
    EncryptedPrivateKey,
    /// The private key is damaged or of a kind that is not supported.
    #[error("not a usable private key: expected RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519")]
    UnusablePrivateKey,
    /// No key of this kind can be made.
    #[error("cannot generate a {} key of {} bits", .0.algorithm, .0.size)]
    UnsupportedKeySpec(KeySpec),
    /// Nothing could be encrypted with a password.
    #[error("encryption with a password failed")]
    PasswordEncryptionFailed,
    /// Key generation failed.
    #[error("key generation failed")]
    KeyGenerationFailed,
    /// The key, a module or a remote service refused to sign.
    #[error("signing failed")]
    SigningFailed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The signature does not belong to this message and key.
    #[error("the signature does not verify")]
    InvalidSignature,
    /// The algorithm cannot be used with the key.
    #[error("signature algorithm {algorithm} does not fit the key")]
    AlgorithmMismatch {
        /// The algorithm.
        algorithm: crate::SignatureAlgorithm,
    },
}
