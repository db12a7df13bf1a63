//! Why bytes are not what they should be, or a template cannot be built.

use crate::Finding;
use certctl_domain::san::SanError;

/// Failure to read or build a structure. Messages name the part that is wrong and repeat nothing
/// secret, so they can be shown to whoever sent the input.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Longer than anything legitimate.
    #[error("the {what} has {size} bytes, at most {max} are accepted")]
    TooLarge {
        /// Kind of input.
        what: &'static str,
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// Not DER of the expected structure.
    #[error("malformed {what}")]
    Malformed {
        /// The structure or part.
        what: &'static str,
        /// What the decoder met.
        #[source]
        source: der::Error,
    },
    /// Not text where PEM text is expected.
    #[error("the {what} is neither DER nor UTF-8 text")]
    NotText {
        /// Kind of input.
        what: &'static str,
    },
    /// Damaged PEM text.
    #[error("the PEM text cannot be read")]
    Pem(#[source] certctl_crypto::Error),
    /// PEM text without the block that is needed.
    #[error("there is no {label} block in the PEM text")]
    NoPemBlock {
        /// Label of the missing block.
        label: &'static str,
    },
    /// An extension or attribute that may occur once occurs again.
    #[error("{what} occurs more than once")]
    Duplicate {
        /// Name or object identifier.
        what: String,
    },
    /// A subject alternative name of a kind that is not issued.
    #[error("subject alternative names of kind {kind} are not supported")]
    UnsupportedName {
        /// Kind as RFC 5280 names it.
        kind: &'static str,
    },
    /// A subject alternative name that is no valid name of its kind.
    #[error("invalid subject alternative name")]
    InvalidName(#[source] SanError),
    /// An iPAddress that has neither 4 nor 16 octets.
    #[error("an iPAddress name has {length} octets instead of 4 or 16")]
    InvalidIpLength {
        /// Its length.
        length: usize,
    },
    /// A serial number that is negative, not hexadecimal or longer than 20 octets.
    #[error("invalid serial number: {reason}")]
    InvalidSerial {
        /// What is wrong.
        reason: &'static str,
    },
    /// A public key of another kind than RSA, P-256, P-384, P-521 or Ed25519.
    #[error("unsupported public key: {reason}")]
    UnsupportedKey {
        /// What is wrong.
        reason: &'static str,
    },
    /// A public key too weak for its self-signature to mean anything.
    #[error("unacceptable public key ({0})")]
    WeakKey(Finding),
    /// A signature algorithm that is broken, unknown or has the wrong parameters.
    #[error("unsupported signature algorithm {name}")]
    UnsupportedSignatureAlgorithm {
        /// Name, or DER in hex.
        name: String,
    },
    /// The algorithm inside the signed part differs from the one beside the signature.
    #[error("the two signature algorithm fields differ")]
    AlgorithmsDiffer,
    /// The signature does not verify.
    #[error("the signature of the {what} does not verify")]
    BadSignature {
        /// Signed structure.
        what: &'static str,
        /// Verdict of the verifier.
        #[source]
        source: certctl_crypto::Error,
    },
    /// Signing or random numbers failed.
    #[error("the cryptographic operation failed")]
    Crypto(#[source] certctl_crypto::Error),
    /// A template whose certificate would be wrong.
    #[error("the certificate cannot be built: {reason}")]
    InvalidTemplate {
        /// What is wrong.
        reason: &'static str,
    },
    /// A revocation list that would be wrong, or whose signer may not sign lists.
    #[error("not a proper CRL: {reason}")]
    InvalidCrl {
        /// What is wrong.
        reason: &'static str,
    },
    /// An OCSP response that would be wrong, or cannot be relied on.
    #[error("not a proper OCSP response: {reason}")]
    InvalidOcspResponse {
        /// What is wrong.
        reason: &'static str,
    },
    /// A signed statement of another authority than the one it is held against.
    #[error("the {what} is from another authority")]
    OtherIssuer {
        /// Signed structure.
        what: &'static str,
    },
    /// A built structure could not be encoded.
    #[error("the structure cannot be encoded")]
    Encode(#[source] der::Error),
}

impl Error {
    /// For `map_err`: wraps a decoder error of the part `what`.
    pub(crate) fn malformed(what: &'static str) -> impl Fn(der::Error) -> Self {
        move |source| Self::Malformed { what, source }
    }

    /// Refuses input longer than `max` before anything looks at it.
    pub(crate) fn check_size(what: &'static str, size: usize, max: usize) -> Result<(), Self> {
        if size > max { Err(Self::TooLarge { what, size, max }) } else { Ok(()) }
    }
}
