//! Certificate chains: reading them and checking that they hold together.

use crate::{Certificate, Error, pem};
use certctl_domain::Timestamp;

/// Most certificates in one chain.
pub const MAX_CHAIN_LENGTH: usize = 10;

/// Why a chain does not hold together. Positions count from 0, the leaf.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The leaf is a CA certificate.
    #[error("the leaf is a CA certificate")]
    LeafIsCa,
    /// More certificates than any real chain has.
    #[error("the chain has {length} certificates, at most {MAX_CHAIN_LENGTH} are accepted")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// A certificate names another issuer than the next certificate's subject.
    #[error("certificate {position} was issued by `{issuer}`, but `{next}` follows it")]
    IssuerMismatch {
        /// Position of the certificate.
        position: usize,
        /// Issuer it names.
        issuer: String,
        /// Subject of the next certificate.
        next: String,
    },
    /// The authority key identifier is not the next certificate's subject key identifier.
    #[error("certificate {position} names another issuer key than the one that follows it")]
    KeyIdMismatch {
        /// Position of the certificate.
        position: usize,
    },
    /// A signature does not verify with the key of the next certificate.
    #[error("certificate {position} is not signed by the one that follows it")]
    BadSignature {
        /// Position of the certificate.
        position: usize,
        /// Verdict of the verifier.
        #[source]
        source: Box<Error>,
    },
    /// A certificate above the leaf may not sign certificates.
    #[error("certificate {position} (`{subject}`) may not sign certificates")]
    NotAnAuthority {
        /// Position of the certificate.
        position: usize,
        /// Its subject.
        subject: String,
    },
    /// More intermediate CAs below a CA than its path length allows.
    #[error("certificate {position} allows {path_len} intermediate CAs below it, there are {below}")]
    PathTooLong {
        /// Position of the certificate.
        position: usize,
        /// Its path length constraint.
        path_len: u8,
        /// Intermediate CAs below it.
        below: usize,
    },
    /// A certificate is not valid yet.
    #[error("certificate {position} is valid only from {not_before}")]
    NotYetValid {
        /// Position of the certificate.
        position: usize,
        /// Start of its validity.
        not_before: Timestamp,
    },
    /// A certificate has expired.
    #[error("certificate {position} expired at {not_after}")]
    Expired {
        /// Position of the certificate.
        position: usize,
        /// End of its validity.
        not_after: Timestamp,
    },
}

impl ChainError {
    /// Whether the same chain holds once time has passed: a clock is behind, or the issuance was
    /// a moment ago.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::NotYetValid { .. })
    }
}

/// Reads all certificates of a PEM text, at least one, in the order given.
pub fn parse_chain(text: &str) -> Result<Vec<Certificate>, Error> {
    pem::certificates(text)?.iter().map(|der| Certificate::parse_der(der)).collect()
}

/// The certificates as one PEM text.
pub fn chain_to_pem(chain: &[Certificate]) -> String {
    chain.iter().map(Certificate::to_pem).collect()
}

/// Checks that `leaf` and `chain`, its issuer first, hold together at the instant `at`: names and
/// key identifiers link, signatures verify, every certificate above the leaf may sign
/// certificates, path lengths are kept, and all are valid.
///
/// This is no trust decision. The root may be missing; when the last certificate is self-issued,
/// its own signature has to verify.
pub fn check_chain(leaf: &Certificate, chain: &[Certificate], at: Timestamp) -> Result<(), ChainError> {
    if leaf.is_ca() {
        return Err(ChainError::LeafIsCa);
    }
    if chain.len() >= MAX_CHAIN_LENGTH {
        return Err(ChainError::TooLong { length: chain.len() + 1 });
    }
    let mut below = 0;
    let mut links = std::iter::once(leaf).chain(chain).enumerate().peekable();
    while let Some((position, certificate)) = links.next() {
        check_validity(position, certificate, at)?;
        if position > 0 {
            check_authority(position, certificate, below)?;
            // Self-issued certificates do not count (RFC 5280 §4.2.1.9).
            below += usize::from(!certificate.is_self_issued());
        }
        match links.peek() {
            Some((_, issuer)) => check_link(position, certificate, issuer)?,
            None if position > 0 && certificate.is_self_issued() => {
                check_link(position, certificate, certificate)?;
            }
            None => {}
        }
    }
    Ok(())
}

fn check_validity(position: usize, certificate: &Certificate, at: Timestamp) -> Result<(), ChainError> {
    let (not_before, not_after) = (certificate.not_before(), certificate.not_after());
    if at < not_before {
        return Err(ChainError::NotYetValid { position, not_before });
    }
    if at.unix_seconds() > not_after.unix_seconds() {
        return Err(ChainError::Expired { position, not_after });
    }
    Ok(())
}

fn check_authority(position: usize, certificate: &Certificate, below: usize) -> Result<(), ChainError> {
    if !certificate.may_sign_certificates() {
        return Err(ChainError::NotAnAuthority { position, subject: certificate.subject().to_owned() });
    }
    match certificate.path_len() {
        Some(path_len) if below > usize::from(path_len) => {
            Err(ChainError::PathTooLong { position, path_len, below })
        }
        _ => Ok(()),
    }
}

fn check_link(position: usize, certificate: &Certificate, issuer: &Certificate) -> Result<(), ChainError> {
    if certificate.tbs().issuer != issuer.tbs().subject {
        return Err(ChainError::IssuerMismatch {
            position,
            issuer: certificate.issuer().to_owned(),
            next: issuer.subject().to_owned(),
        });
    }
    if let (Some(authority), Some(subject)) = (certificate.authority_key_id(), issuer.subject_key_id())
        && authority != subject
    {
        return Err(ChainError::KeyIdMismatch { position });
    }
    certificate
        .verify_signed_by(issuer)
        .map_err(|source| ChainError::BadSignature { position, source: Box::new(source) })
}
