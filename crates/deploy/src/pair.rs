//! Is this certificate, chain and key fit to be deployed?

use certctl_connector_api::target::Deployment;
use certctl_crypto::KeyPair;
use certctl_domain::Timestamp;
use certctl_pki::{Certificate, check_chain, key_matches, parse_chain};

/// Why a certificate must not be deployed. Never holds key bytes.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    Certificate(#[source] certctl_pki::Error),
    /// The chain cannot be read.
    #[error("the chain cannot be read")]
    Chain(#[source] certctl_pki::Error),
    /// The private key cannot be read.
    #[error("the private key cannot be read")]
    Key(#[source] certctl_crypto::Error),
    /// The certificate is not the announced one.
    #[error("the certificate has fingerprint {found}, but {expected} was announced")]
    Fingerprint {
        /// Announced.
        expected: String,
        /// Computed.
        found: String,
    },
    /// The key belongs to another certificate.
    #[error("the private key does not belong to the certificate {fingerprint}")]
    KeyMismatch {
        /// Certificate.
        fingerprint: String,
    },
    /// The chain does not lead from the leaf, or something in it is not valid now.
    #[error("the chain of the certificate does not hold")]
    BrokenChain(#[source] certctl_pki::ChainError),
}

impl PairError {
    /// Whether the same pair is fit once time has passed.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::BrokenChain(source) if source.passes())
    }
}

/// Checks fingerprint, key, links of the chain and validity at `now`.
pub fn check(plan: &Deployment, now: Timestamp) -> Result<(), PairError> {
    let leaf = Certificate::parse_pem(&plan.leaf_pem).map_err(PairError::Certificate)?;
    let fingerprint = leaf.fingerprint();
    if !fingerprint.eq_ignore_ascii_case(&plan.fingerprint_sha256) {
        return Err(PairError::Fingerprint { expected: plan.fingerprint_sha256.clone(), found: fingerprint });
    }
    let key = KeyPair::from_pem(plan.key_pem.expose()).map_err(PairError::Key)?;
    if !key_matches(&leaf, &key) {
        return Err(PairError::KeyMismatch { fingerprint });
    }
    let chain = match plan.chain_pem.trim() {
        "" => Vec::new(),
        text => parse_chain(text).map_err(PairError::Chain)?,
    };
    check_chain(&leaf, &chain, now).map_err(PairError::BrokenChain)
}
